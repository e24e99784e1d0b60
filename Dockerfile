# The static binary of podviz, alone: no shell, no kubectl, no kustomize, no helm.
#
#     docker build --tag podviz .
#     docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/src" podviz render k8s -o site

FROM rust:1.95.0-alpine AS build
WORKDIR /build
COPY . .
RUN cargo build --locked --profile dist && mv target/dist/podviz /podviz

FROM scratch
LABEL org.opencontainers.image.title="podviz" \
      org.opencontainers.image.description="rustdoc for Kubernetes: pages and diagrams that explain every pod and every container of your manifests" \
      org.opencontainers.image.source="https://github.com/podviz/podviz" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /podviz /podviz
# Nobody special. To write into a mounted folder, run as its owner: --user.
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["/podviz"]
