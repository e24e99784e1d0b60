{{- define "podviz.normalize" -}}
{{- regexReplaceAll "[^-a-z0-9.]" (lower .) "-" | trunc 253 | trimAll "-." -}}
{{- end -}}
{{- define "podviz.slugify" -}}
{{- $max := 50 -}}
{{- $smart := true -}}
{{- $name := include "podviz.normalize" (last .) -}}
{{- if gt (len .) 1 }}{{ $max = index . 0 }}{{ end -}}
{{- if gt (len .) 2 }}{{ $smart = index . 1 }}{{ end -}}
{{- if not $smart }}{{ $name = trunc (int $max) $name }}{{ end -}}
{{- $name = regexReplaceAll "[^a-zA-Z0-9-_]" $name "-" -}}
{{- $name = regexReplaceAll "-+" $name "-" | trimAll "-_" -}}
{{- if and $smart (gt (int $max) 0) (gt (len $name) (int $max)) -}}
{{- $cut := trunc (add1 $max | int) $name -}}
{{- $name = ternary (regexReplaceAll "-[^-]*$" $cut "") (trunc (int $max) $name) (contains "-" $cut) -}}
{{- end -}}
{{- $name -}}
{{- end -}}
