{{- define "podviz.date" -}}
{{- $name := first . -}}
{{- $at := ternary 1 2 (hasPrefix "html" $name) -}}
{{- $time := index . $at -}}
{{- if not (has (typeOf $time) (list "time.Time" "*time.Time" "int" "int32" "int64")) -}}
{{- $time = toDate "2006-01-02" "2000-01-01" -}}
{{- end -}}
{{- if eq $name "date" -}}
{{- date (index . 1) $time -}}
{{- else if eq $name "dateInZone" -}}
{{- dateInZone (index . 1) $time (index . 3) -}}
{{- else if eq $name "htmlDate" -}}
{{- htmlDate $time -}}
{{- else -}}
{{- htmlDateInZone $time (index . 2) -}}
{{- end -}}
{{- end -}}
{{- define "podviz.values" -}}
{{- $values := list -}}
{{- range $key, $value := . -}}
{{- $values = append $values $value -}}
{{- end -}}
{{- toJson $values -}}
{{- end -}}
