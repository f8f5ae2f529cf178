{{/*
The Deployment of one role. Call with a dict: root, role (scheduler, worker, notifier, web), values (of the role), and for
workers location.
*/}}
{{- define "plumbline.deployment" -}}
{{- $root := .root -}}
{{- $own := .values -}}
{{- $pod := mergeOverwrite (deepCopy $root.Values.podDefaults) (omit $own "location" "replicas" "concurrency" "autoscaling" "keda" "extraEnv" "extraEnvFrom" "extraVolumes" "extraVolumeMounts" "extraArgs" "enabled" "existingClaim" "size" "storageClassName") -}}
{{- $name := printf "%s-%s" (include "plumbline.fullname" $root) .role | trimSuffix "-all" -}}
{{- if .location }}{{ $name = printf "%s-%s" $name (lower .location) }}{{ end }}
{{- $scaling := $own.autoscaling | default dict -}}
{{- $role := dict "role" .role "location" .location -}}
{{- $labels := include "plumbline.roleLabels" $role | fromYaml -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "plumbline.metadata" (dict "root" $root "name" $name "labels" $labels "annotations" $pod.deploymentAnnotations) | nindent 2 }}
spec:
  {{- if not (or $scaling.enabled ($own.keda | default dict).enabled) }}
  replicas: {{ $own.replicas | default 1 }}
  {{- end }}
  revisionHistoryLimit: {{ $root.Values.revisionHistoryLimit }}
  strategy: {{- toYaml (ternary (omit $pod.strategy "rollingUpdate") $pod.strategy (eq $pod.strategy.type "Recreate")) | nindent 4 }}
  selector:
    matchLabels:
      {{- include "plumbline.selector" $root | nindent 6 }}
      {{- include "plumbline.roleLabels" $role | nindent 6 }}
  template:
    metadata:
      labels: {{- toYaml (merge (dict) $labels (include "plumbline.selector" $root | fromYaml) $pod.labels (include "plumbline.labels" $root | fromYaml)) | nindent 8 }}
      {{- $checksums := dict }}
      {{- if $root.Values.config }}{{ $_ := set $checksums "checksum/config" ($root.Values.config | sha256sum) }}{{ end }}
      {{- if include "plumbline.ownStorage" $root }}{{ $_ := set $checksums "checksum/storage" (toJson $root.Values.storage | sha256sum) }}{{ end }}
      {{- with merge (dict) $pod.annotations $checksums $root.Values.commonAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "plumbline.pod" (dict "root" $root "role" .role "location" .location "own" $own "pod" $pod) | nindent 6 }}
{{- end }}

{{- define "plumbline.roleLabels" -}}
app.kubernetes.io/component: {{ .role }}
{{- if .location }}
plumbline.location: {{ .location | quote }}
{{- end }}
{{- end }}
