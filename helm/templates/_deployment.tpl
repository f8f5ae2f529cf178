{{/*
The Deployment of one role. Call with a dict: root, role (scheduler, worker, notifier, web), values (of the role), and for
workers location.
*/}}
{{- define "plumbline.deployment" -}}
{{- $root := .root -}}
{{- $own := .values -}}
{{- $pod := mergeOverwrite (deepCopy $root.Values.podDefaults) (pick $own "resources" "annotations" "labels" "nodeSelector" "tolerations" "affinity" "priorityClassName" "topologySpreadConstraints") -}}
{{- $name := printf "%s-%s" (include "plumbline.fullname" $root) .role -}}
{{- if .location }}{{ $name = printf "%s-%s" $name (lower .location) }}{{ end }}
{{- $scaling := $own.autoscaling | default dict -}}
{{- $role := .role -}}
{{- $location := .location -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "plumbline.labels" $root | nindent 4 }}
    {{- include "plumbline.roleLabels" (dict "role" $role "location" $location) | nindent 4 }}
spec:
  {{- if not (or $scaling.enabled ($own.keda | default dict).enabled) }}
  replicas: {{ $own.replicas | default 1 }}
  {{- end }}
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels:
      {{- include "plumbline.selector" $root | nindent 6 }}
      {{- include "plumbline.roleLabels" (dict "role" $role "location" $location) | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "plumbline.labels" $root | nindent 8 }}
        {{- include "plumbline.roleLabels" (dict "role" $role "location" $location) | nindent 8 }}
        {{- with $pod.labels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        {{- if not $root.Values.existingConfigMap }}
        checksum/config: {{ $root.Values.config | sha256sum }}
        {{- end }}
        {{- if not $root.Values.storage.existingSecret }}
        checksum/storage: {{ toJson $root.Values.storage | sha256sum }}
        {{- end }}
        {{- with $pod.annotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "plumbline.pod" (dict "root" $root "role" $role "location" $location "concurrency" ($own.concurrency | default 10) "pod" $pod) | nindent 6 }}
{{- end }}

{{- define "plumbline.roleLabels" -}}
app.kubernetes.io/component: {{ .role }}
{{- if .location }}
plumbline.location: {{ .location | quote }}
{{- end }}
{{- end }}
