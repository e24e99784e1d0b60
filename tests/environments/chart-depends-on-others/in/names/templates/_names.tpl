{{ define "names.full" }}{{ .Release.Name }}-full{{ end }}
