{{/*
Settings of a role or a job, as YAML: none of them is a secret. Takes {root, name, role, track}.
What `settings` in the values sets is given to the roles that read it, as files/settings.json says.
*/}}
{{- define "cartload.settings" -}}
{{- $values := .root.Values -}}
{{- $track := .track -}}
{{- $root := .root -}}
{{- $needs := .role.needs | default list -}}
{{- $read := get (.root.Files.Get "files/settings.json" | fromJson) .name | default list -}}
{{- range $key, $value := $values.settings }}
{{- if has $key $read }}
{{ $key }}: {{ include "cartload.text" $value | quote }}
{{- end }}
{{- end }}
{{- if .role.metricsPort }}
CARTLOAD_METRICS_PORT: {{ .role.metricsPort | quote }}
{{- end }}
{{- if .role.tokens }}
CARTLOAD_JWKS_URL: {{ include "cartload.url" (dict "root" $root "name" "auth" "track" $track) }}/.well-known/jwks.json
{{- end }}
{{- range .role.urls }}
CARTLOAD_{{ . | trimSuffix "-api" | upper }}_URL: {{ include "cartload.url" (dict "root" $root "name" . "track" $track) }}
{{- end }}
{{- if include "cartload.usesProxy" . }}
{{- $called := list }}
{{- range splitList "\n" (include "cartload.calls" .) | compact }}
{{- $called = append $called (include "cartload.name" (dict "root" $root "name" . "track" $track) | trim) }}
{{- end }}
CARTLOAD_PROXY_BYPASS: {{ concat $called $values.proxy.bypass | join "," | quote }}
{{- end }}
{{- if has "kafka" $needs }}
{{- include "cartload.kafkaSettings" .root }}
{{- end }}
{{- if has "blob" $needs }}
CARTLOAD_BLOB_CONTAINER: {{ $values.blob.container | quote }}
{{- with $values.blob.accountUrl }}
CARTLOAD_BLOB_ACCOUNT_URL: {{ . | quote }}
{{- end }}
{{- end }}
{{- if .role.scratch }}
TMPDIR: /scratch
{{- end }}
{{- if include "cartload.secretsOf" . }}
CARTLOAD_SECRETS_DIR: /secrets/{{ .name }}
{{- end }}
{{- if not .role.port }}
CARTLOAD_PATIENCE_SECONDS: {{ $values.jobs.patienceSeconds | quote }}
{{- end }}
{{- end }}

{{/* Helm reads every number as a float: whole ones are written without an exponent. */}}
{{- define "cartload.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end }}

{{- define "cartload.url" -}}
http://{{ include "cartload.name" . }}:8000
{{- end }}

{{- define "cartload.kafkaSettings" -}}
{{- $kafka := .Values.kafka }}
CARTLOAD_KAFKA_BOOTSTRAP_SERVERS: {{ include "cartload.kafkaServers" . | quote }}
{{- if ne $kafka.securityProtocol "PLAINTEXT" }}
CARTLOAD_KAFKA_SECURITY_PROTOCOL: {{ $kafka.securityProtocol }}
{{- end }}
{{- with $kafka.saslMechanism }}
CARTLOAD_KAFKA_SASL_MECHANISM: {{ . }}
{{- end }}
{{- with $kafka.oauth.tokenUrl }}
CARTLOAD_KAFKA_OAUTH_TOKEN_URL: {{ . | quote }}
{{- end }}
{{- with $kafka.oauth.scope }}
CARTLOAD_KAFKA_OAUTH_SCOPE: {{ . | quote }}
{{- end }}
{{- if $kafka.ca.name }}
CARTLOAD_KAFKA_CA_FILE: /certificates/kafka-ca/ca.crt
{{- end }}
{{- if $kafka.clientCertificate }}
CARTLOAD_KAFKA_CERTIFICATE_FILE: /certificates/kafka-client/tls.crt
CARTLOAD_KAFKA_KEY_FILE: /certificates/kafka-client/tls.key
{{- end }}
{{- end }}

{{- define "cartload.kafkaServers" -}}
{{- if .Values.dev.enabled }}{{ include "cartload.fullname" . }}-kafka:9092{{ else }}{{ .Values.kafka.bootstrapServers }}{{ end -}}
{{- end }}

{{/*
The secrets that a role or a job sees, one line each: its own, and those of the servers that it needs, as far
as they are in use. Takes {root, role}.
*/}}
{{- define "cartload.secretsOf" -}}
{{- $kafka := .root.Values.kafka -}}
{{- $needs := .role.needs | default list -}}
{{- $seen := .role.secrets | default list -}}
{{- if and (has "kafka" $needs) $kafka.saslMechanism -}}
{{- if eq $kafka.saslMechanism "OAUTHBEARER" -}}
{{- $seen = concat $seen (list "CARTLOAD_KAFKA_OAUTH_CLIENT_ID" "CARTLOAD_KAFKA_OAUTH_CLIENT_SECRET") -}}
{{- else -}}
{{- $seen = concat $seen (list "CARTLOAD_KAFKA_USERNAME" "CARTLOAD_KAFKA_PASSWORD") -}}
{{- end -}}
{{- end -}}
{{- if has "blob" $needs -}}
{{- $blob := get (dict "connection-string" (list "CARTLOAD_BLOB_CONNECTION_STRING") "sas" (list "CARTLOAD_BLOB_SAS") "identity" list) .root.Values.blob.authentication -}}
{{- $seen = concat $seen $blob -}}
{{- end -}}
{{- if include "cartload.usesProxy" . -}}
{{- $seen = append $seen "CARTLOAD_PROXY_URL" -}}
{{- end -}}
{{- join "\n" $seen -}}
{{- end }}

{{/* Whether a role or a job has clients that a proxy is for: "true" or nothing. Takes {root, role}. */}}
{{- define "cartload.usesProxy" -}}
{{- $needs := .role.needs | default list -}}
{{- if and .root.Values.proxy.enabled (or .role.port (has "blob" $needs) (has "kafka" $needs)) }}true{{ end -}}
{{- end }}

{{/* The Secret that holds a secret setting, and its key there. Takes {root, setting}. */}}
{{- define "cartload.secretRef" -}}
{{- $given := get .root.Values.secrets.refs .setting | default dict -}}
{{- $shared := ternary (printf "%s-dev" (include "cartload.fullname" .root)) .root.Values.secrets.name .root.Values.dev.enabled -}}
{name: {{ $given.name | default $shared | quote }}, key: {{ $given.key | default .setting | quote }}}
{{- end }}

{{/* Changes when a Secret that a role sees does, so that its pods are replaced. Takes {root, role}. */}}
{{- define "cartload.secretsVersion" -}}
{{- $root := .root -}}
{{- $versions := list -}}
{{- range splitList "\n" (include "cartload.secretsOf" .) | compact -}}
{{- $ref := include "cartload.secretRef" (dict "root" $root "setting" .) | fromYaml -}}
{{- $found := lookup "v1" "Secret" $root.Release.Namespace $ref.name -}}
{{- /* The version, not the content: a checksum of a weak password gives it away. */ -}}
{{- $versions = append $versions (printf "%s:%s" $ref.name (dig "metadata" "resourceVersion" "" $found)) -}}
{{- end -}}
{{- if not $root.Values.dev.enabled }}{{ $versions | uniq | join "," | sha256sum }}{{ end -}}
{{- end }}
