{{- define "plumbline.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Leaves room for "-worker-" and a location. */}}
{{- define "plumbline.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := include "plumbline.name" . }}
{{- if contains $name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}
{{- end }}

{{- define "plumbline.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace }}
{{- end }}

{{- define "plumbline.selector" -}}
app.kubernetes.io/name: {{ include "plumbline.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "plumbline.labels" -}}
{{ include "plumbline.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What every object begins with. Call with a dict: root, name, and what it has of its own: labels, annotations, namespace. */}}
{{- define "plumbline.metadata" -}}
{{- $root := .root -}}
name: {{ .name }}
namespace: {{ .namespace | default (include "plumbline.namespace" $root) }}
labels: {{- toYaml (merge (dict) (.labels | default dict) (include "plumbline.labels" $root | fromYaml)) | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) $root.Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "plumbline.image" -}}
{{- $image := .Values.image -}}
{{- with $image.registry | default .Values.global.imageRegistry }}{{ . }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "plumbline.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "plumbline.fullname" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "plumbline.configMap" -}}
{{- .Values.existingConfigMap | default (include "plumbline.fullname" .) }}
{{- end }}

{{/* The volume with the configuration: a ConfigMap or a Secret, of the chart or not. */}}
{{- define "plumbline.configVolume" -}}
{{- if .Values.existingConfigSecret }}
secret: { secretName: {{ .Values.existingConfigSecret | quote }} }
{{- else if and (not .Values.existingConfigMap) (eq .Values.configIn "Secret") }}
secret: { secretName: {{ include "plumbline.fullname" . | quote }} }
{{- else }}
configMap: { name: {{ include "plumbline.configMap" . | quote }} }
{{- end }}
{{- end }}

{{/* Where the stores are, for a pod that needs both. */}}
{{- define "plumbline.storesEnv" -}}
{{- $storage := .Values.storage -}}
{{- include "plumbline.storeEnv" (dict "root" . "variable" "DATABASE_URL" "secret" (include "plumbline.storageSecret" .)) }}
{{- if eq $storage.queue "redis" }}
{{- $secret := $storage.redisExistingSecret | default (include "plumbline.storageSecret" .) }}
{{- include "plumbline.storeEnv" (dict "root" . "variable" "REDIS_URL" "secret" $secret) }}
{{- with $storage.redisPasswordSecret }}
- name: REDIS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ . | quote }}, key: {{ $storage.redisPasswordKey | quote }} } }
{{- end }}
{{- end }}
{{- end }}

{{/* One variable of where a store is. Call with a dict: root, variable (DATABASE_URL, REDIS_URL), secret (its name). */}}
{{- define "plumbline.storeEnv" -}}
{{- $storage := .root.Values.storage -}}
{{- $file := ternary $storage.databaseUrlFile $storage.redisUrlFile (eq .variable "DATABASE_URL") -}}
{{- $key := ternary $storage.databaseUrlKey $storage.redisUrlKey (eq .variable "DATABASE_URL") -}}
{{- if $file }}
- name: {{ .variable }}_FILE
  value: {{ $file | quote }}
{{- else }}
- name: {{ .variable }}
  valueFrom: { secretKeyRef: { name: {{ .secret | quote }}, key: {{ $key | quote }} } }
{{- end }}
{{- end }}

{{/* Whether the chart has to keep the URLs of the stores itself. */}}
{{- define "plumbline.ownStorage" -}}
{{- $storage := .Values.storage -}}
{{- $hasRedis := or $storage.redisUrl $storage.redisUrlFile $storage.redisExistingSecret $storage.redisPasswordSecret -}}
{{- if .Values.embedded.enabled }}
{{- if or $hasRedis $storage.databaseUrl $storage.databaseUrlFile $storage.existingSecret }}{{ fail "embedded and storage exclude each other" }}{{ end }}
{{- else if and (eq $storage.queue "postgres") $hasRedis }}{{ fail "storage.queue: postgres and a Redis exclude each other" }}
{{- else if or $storage.databaseUrlFile $storage.redisUrlFile }}
{{- if not (and $storage.databaseUrlFile (or $storage.redisUrlFile (eq $storage.queue "postgres"))) }}{{ fail "storage.databaseUrlFile and storage.redisUrlFile need each other" }}{{ end }}
{{- if or $storage.existingSecret $storage.databaseUrl $storage.redisUrl }}{{ fail "the files of storage, its existingSecret and its URLs exclude each other" }}{{ end }}
{{- else if not $storage.existingSecret }}true{{ end }}
{{- end }}

{{- define "plumbline.storageSecret" -}}
{{- .Values.storage.existingSecret | default (printf "%s-storage" (include "plumbline.fullname" .)) }}
{{- end }}
