{{/* Pods of one role of this release, as a peer. Takes {root, name}. */}}
{{- define "cartload.peer" -}}
podSelector: {matchLabels: {{ include "cartload.selector" . | fromYaml | toJson }}}
{{- end }}

{{/* The roles that a role sends requests to, one a line. Takes {role}. */}}
{{- define "cartload.calls" -}}
{{- $called := .role.urls | default list -}}
{{- if .role.tokens }}{{ $called = append $called "auth" | uniq }}{{ end -}}
{{- join "\n" $called -}}
{{- end }}

{{/* A rule to a server outside, by its ports and networks. Takes {ports, cidrs}. */}}
{{- define "cartload.outside" -}}
- ports:
    {{- range .ports }}
    - {port: {{ . }}}
    {{- end }}
  {{- with .cidrs }}
  to:
    {{- range . }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
  {{- end }}
{{- end }}

{{/* Where a role or a job may send to. Takes {root, name, role}. */}}
{{- define "cartload.egress" -}}
{{- $root := .root -}}
- to:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- range splitList "\n" (include "cartload.calls" .) | compact }}
- to:
    - {{ include "cartload.peer" (dict "root" $root "name" .) }}
  ports:
    - {port: {{ ternary 8080 8000 (eq . "gateway") }}}
{{- end }}
{{- range .role.needs }}
{{- if $root.Values.dev.enabled }}
{{- $server := get (include "cartload.devServers" $root | fromYaml) . }}
- to:
    - {{ include "cartload.peer" (dict "root" $root "name" $server.name) }}
  ports:
    - {port: {{ $server.port }}}
{{- else }}
{{ include "cartload.outside" (get $root.Values.networkPolicy .) }}
{{- end }}
{{- end }}
{{- if and .role.port $root.Values.networkPolicy.telemetry.ports }}
{{ include "cartload.outside" $root.Values.networkPolicy.telemetry }}
{{- end }}
{{- if include "cartload.usesProxy" . }}
{{ include "cartload.outside" $root.Values.networkPolicy.proxy }}
{{- end }}
{{- end }}

{{/* Who may send to a role. Takes {root, name, role}. */}}
{{- define "cartload.ingress" -}}
{{- $root := .root -}}
{{- $name := .name -}}
{{- range $caller, $role := include "cartload.roles" $root | fromYaml }}
{{- if has $name (splitList "\n" (include "cartload.calls" (dict "role" $role))) }}
- from:
    - {{ include "cartload.peer" (dict "root" $root "name" $caller) }}
  ports: [{port: http}]
{{- end }}
{{- end }}
{{- if eq $name "gateway" }}
- ports: [{port: http}]
  {{- with $root.Values.networkPolicy.ingressFrom }}
  from:
    - {{ include "cartload.peer" (dict "root" $root "name" "test") }}
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- if $root.Values.monitoring.podMonitor }}
- from:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $root.Values.monitoring.namespace }}}}
  ports: [{port: {{ ternary "metrics" "http" (hasKey .role "metricsPort") }}}]
{{- end }}
{{- end }}
