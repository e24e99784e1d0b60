{{/* now is not called here */}}
{{- define "made.name" -}}
{{ .Release.Name }}-{{ randAlphaNum 5 | lower }}
{{- end }}
