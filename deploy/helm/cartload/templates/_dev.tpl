{{/* The bundled servers by what they are needed for; for demonstrations only. */}}
{{- define "cartload.devServers" -}}
kafka: {name: kafka, port: 9092}
database: {name: mysql, port: 3306}
blob: {name: azurite, port: 10000}
{{- end }}

{{/* Where a bundled server keeps its data: gone with its pod, unless there is a storage class. */}}
{{- define "cartload.devData" -}}
{{- if .Values.dev.storageClass }}
volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: {{ .Values.dev.storageClass }}
      resources: {requests: {storage: {{ .Values.dev.storageSize }}}}
{{- end }}
{{- end }}

{{/* Its Service and the head of its StatefulSet, up to the pod. Takes {root, name, port}. */}}
{{- define "cartload.devServer" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "cartload.name" . }}
  labels: {{ include "cartload.labels" . | nindent 4 }}
spec:
  selector: {{ include "cartload.selector" . | nindent 4 }}
  ports:
    - {name: server, port: {{ .port }}, targetPort: server}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "cartload.name" . }}
  labels: {{ include "cartload.labels" . | nindent 4 }}
spec:
  serviceName: {{ include "cartload.name" . }}
  replicas: 1
  selector:
    matchLabels: {{ include "cartload.selector" . | nindent 6 }}
  {{- include "cartload.devData" .root | nindent 2 }}
  template:
    metadata:
      labels: {{ include "cartload.selector" . | nindent 8 }}
{{- end }}
