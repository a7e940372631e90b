{{/* What all names begin with: short enough for the longest role and "-canary" behind it. */}}
{{- define "cartload.fullname" -}}
{{- $name := ternary .Release.Name (printf "%s-cartload" .Release.Name) (contains "cartload" .Release.Name) -}}
{{- $name | trunc 36 | trimSuffix "-" -}}
{{- end }}

{{/* name: of a role's or a job's objects. Takes {root, name, track}. */}}
{{- define "cartload.name" -}}
{{ include "cartload.fullname" .root }}-{{ .name }}{{ if eq (.track | default "stable") "canary" }}-canary{{ end }}
{{- end }}

{{/* What finds the pods of a role. Takes {root, name, track}. */}}
{{- define "cartload.selector" -}}
app.kubernetes.io/name: cartload
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- with .track }}
cartload/track: {{ . }}
{{- end }}
{{- end }}

{{/* Labels of every object. Takes {root, name, track}. */}}
{{- define "cartload.labels" -}}
{{ include "cartload.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* Labels of objects that belong to no role. */}}
{{- define "cartload.commonLabels" -}}
app.kubernetes.io/name: cartload
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* An image by digest where one is given, else by tag. Takes {root, image, track}. */}}
{{- define "cartload.image" -}}
{{- $values := .root.Values -}}
{{- $given := ternary $values.canary $values.image (eq (.track | default "stable") "canary") -}}
{{- $digest := get $given.digests .image -}}
{{ $values.image.registry }}/{{ .image }}{{ if $digest }}@{{ $digest }}{{ else }}:{{ $given.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* The ServiceAccount of a role or a job. Takes {root, name, role}. */}}
{{- define "cartload.account" -}}
{{ include "cartload.fullname" .root }}-{{ .role.account | default .role.image }}
{{- end }}

{{/* Whether a role uses the writer's identity in Azure: "true" or nothing. Takes {root, role}. */}}
{{- define "cartload.usesIdentity" -}}
{{- if and (has "blob" (.role.needs | default list)) (eq .root.Values.blob.authentication "identity") .root.Values.blob.identityClientId }}true{{ end -}}
{{- end }}

{{/* What sets a role's number of replicas: hpa, keda, or nothing for the value `replicas`. Takes {root, role}. */}}
{{- define "cartload.scaledBy" -}}
{{- if .root.Values.autoscaling.enabled -}}
{{- if eq .role.scaling "http" }}hpa{{ end -}}
{{- if and (eq .role.scaling "lag") (.root.Capabilities.APIVersions.Has "keda.sh/v1alpha1") }}keda{{ end -}}
{{- end -}}
{{- end }}

{{/* "true" or nothing: an API of an operator is asked for, and is there. Takes {root, asked, api}. */}}
{{- define "cartload.isThere" -}}
{{- if and .asked (.root.Capabilities.APIVersions.Has .api) }}true{{ end -}}
{{- end }}
