{{- define "shop.labels" -}}
release: {{ .Release.Name }}
namespace: {{ .Release.Namespace }}
{{- end }}
