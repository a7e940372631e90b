{{/* What `restricted` Pod Security asks of a pod. Takes the user's number. */}}
{{- define "cartload.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* What it asks of a container, and a root that cannot be written. */}}
{{- define "cartload.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Where pods may run. */}}
{{- define "cartload.placement" -}}
{{- with .Values.pods.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pods.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* The pod of a role or of a job, which has no port. Takes {root, name, role, track}. */}}
{{- define "cartload.pod" -}}
{{- $values := .root.Values -}}
{{- $role := .role -}}
{{- /* A canary's tables are there before it is; older processes go on beside them. */ -}}
{{- $images := ternary "canary" .track (and (not $role.port) $values.canary.enabled) -}}
serviceAccountName: {{ include "cartload.account" . }}{{ if not .role.port }}-jobs{{ end }}
automountServiceAccountToken: false
# Variables that Kubernetes makes of Services begin with the same word as ours.
enableServiceLinks: false
securityContext: {{ include "cartload.podSecurity" 10001 | nindent 2 }}
{{- include "cartload.placement" .root }}
{{- if .role.port }}
# 5 s until nobody is sent here any more, then what the process takes at most: 20 s.
terminationGracePeriodSeconds: 30
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "cartload.selector" $ | nindent 8 }}
  {{- end }}
{{- else }}
restartPolicy: OnFailure
{{- end }}
containers:
  - name: {{ .name }}
    image: {{ include "cartload.image" (dict "root" .root "image" .role.image "track" $images) }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    {{- with .role.args }}
    args: {{ toJson . }}
    {{- end }}
    securityContext: {{ include "cartload.containerSecurity" . | nindent 6 }}
    {{- if .role.port }}
    ports:
      - {name: http, containerPort: {{ .role.port }}}
      {{- with .role.metricsPort }}
      - {name: metrics, containerPort: {{ . }}}
      {{- end }}
    envFrom:
      - configMapRef: {name: {{ include "cartload.name" . }}}
    startupProbe:
      httpGet: {path: /health/live, port: http}
      periodSeconds: 2
      failureThreshold: 90
    livenessProbe:
      httpGet: {path: /health/live, port: http}
      periodSeconds: 10
      timeoutSeconds: 5
    readinessProbe:
      httpGet: {path: /health/ready, port: http}
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 2
    lifecycle:
      preStop: {sleep: {seconds: 5}}
    {{- else }}
    env:
      {{- range $key, $value := include "cartload.settings" . | fromYaml }}
      - {name: {{ $key }}, value: {{ $value | quote }}}
      {{- end }}
    {{- end }}
    {{- $sized := ternary (get $values.roles .name | default dict) $values.jobs (hasKey .role "port") }}
    resources: {{ include "cartload.resources" (dict "root" .root "resources" $sized.resources) | nindent 6 }}
    volumeMounts: {{ include "cartload.mounts" . | nindent 6 }}
volumes: {{ include "cartload.volumes" . | nindent 2 }}
{{- end }}

{{/* With the bundled servers no processor time is reserved: a demonstration has to fit on a node of two
     cores. Takes {root, resources}. */}}
{{- define "cartload.resources" -}}
{{- $resources := deepCopy .resources -}}
{{- if and .root.Values.dev.enabled $resources.requests -}}
{{- $_ := set $resources.requests "cpu" "10m" -}}
{{- end -}}
{{ toYaml $resources }}
{{- end }}

{{- define "cartload.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .role.scratch }}
- {name: scratch, mountPath: /scratch}
{{- end }}
{{- if include "cartload.secretsOf" . }}
- {name: secrets, mountPath: /secrets/{{ .name }}, readOnly: true}
{{- end }}
{{- range include "cartload.certificates" . | fromYamlArray }}
- {name: {{ .name }}, mountPath: /certificates/{{ .name }}, readOnly: true}
{{- end }}
{{- end }}

{{- define "cartload.volumes" -}}
{{- $root := .root -}}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- if .role.scratch }}
- name: scratch
  emptyDir: {sizeLimit: {{ get .root.Values.roles .name | dig "scratchSize" "" }}}
{{- end }}
{{- with include "cartload.secretsOf" . }}
# One file for each secret that this process may see, and nothing else of the Secret.
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range splitList "\n" . }}
      {{- $ref := include "cartload.secretRef" (dict "root" $root "setting" .) | fromYaml }}
      - secret:
          name: {{ $ref.name }}
          items: [{key: {{ $ref.key }}, path: {{ . }}}]
      {{- end }}
{{- end }}
{{- range include "cartload.certificates" . | fromYamlArray }}
- name: {{ .name }}
  {{- if eq .kind "ConfigMap" }}
  configMap: {name: {{ .from }}, items: {{ toJson .items }}}
  {{- else }}
  secret: {secretName: {{ .from }}, defaultMode: 0440, items: {{ toJson .items }}}
  {{- end }}
{{- end }}
{{- end }}

{{/* Certificates that a role or a job is given, as a list of {name, kind, from, items}. Takes {root, role}. */}}
{{- define "cartload.certificates" -}}
{{- $needs := .role.needs | default list -}}
{{- $values := .root.Values -}}
{{- $given := list -}}
{{- range $server := list "kafka" "database" -}}
{{- $ca := (get $values $server).ca -}}
{{- if and (has $server $needs) $ca.name -}}
{{- $given = append $given (dict "name" (printf "%s-ca" $server) "kind" $ca.kind "from" $ca.name "items" (list (dict "key" $ca.key "path" "ca.crt"))) -}}
{{- end -}}
{{- end -}}
{{- if and (has "kafka" $needs) $values.kafka.clientCertificate -}}
{{- $items := list (dict "key" "tls.crt" "path" "tls.crt") (dict "key" "tls.key" "path" "tls.key") -}}
{{- $given = append $given (dict "name" "kafka-client" "kind" "Secret" "from" $values.kafka.clientCertificate "items" $items) -}}
{{- end -}}
{{- toYaml $given -}}
{{- end }}
