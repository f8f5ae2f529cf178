{{/* The command line of one role: what `plumbline start` accepts. */}}
{{- define "plumbline.args" -}}
{{- $values := .root.Values -}}
{{- $grace := max 5 (sub $values.terminationGracePeriodSeconds 5) -}}
{{- $args := list "start" "--config" "/etc/plumbline/plumbline.yaml" -}}
{{- if eq .role "all" }}{{ $args = concat $args (list "--concurrency" (toString .own.concurrency)) }}{{ else }}{{ $args = concat $args (list "--role" .role) }}{{ end }}
{{- if .location }}{{ $args = concat $args (list "--location" .location "--concurrency" (toString (.own.concurrency | default 10))) }}{{ end }}
{{- if and $values.migration.enabled (ne .role "all") }}{{ $args = concat $args (list "--await-schema" (printf "%vs" $values.migration.awaitSchemaSeconds)) }}{{ end }}
{{- $host := $values.listenAddress -}}
{{- if contains ":" $host }}{{ $host = printf "[%s]" $host }}{{ end }}
{{- $args = concat $args (list "--grace" (printf "%ds" $grace) "--listen" (printf "%s:%v" $host $values.service.port)) -}}
{{- toJson (concat $args (.own.extraArgs | default list)) }}
{{- end }}

{{/* What every pod has, whatever runs in it. Call with a dict: root, pod (podDefaults and what replaces them). */}}
{{- define "plumbline.podBasics" -}}
automountServiceAccountToken: {{ .root.Values.serviceAccount.automountToken }}
enableServiceLinks: false
securityContext: {{- toYaml .root.Values.podSecurityContext | nindent 2 }}
{{- with concat .root.Values.image.pullSecrets (.root.Values.global.imagePullSecrets | default list) | uniq }}
imagePullSecrets:
  {{- range . }}
  - name: {{ if kindIs "map" . }}{{ .name }}{{ else }}{{ . }}{{ end }}
  {{- end }}
{{- end }}
{{- if .pod.hostNetwork }}
hostNetwork: true
{{- if not .pod.dnsPolicy }}
dnsPolicy: ClusterFirstWithHostNet
{{- end }}
{{- end }}
{{- range $member := list "priorityClassName" "runtimeClassName" "schedulerName" "dnsPolicy" "dnsConfig" "hostAliases" "nodeSelector" "tolerations" "affinity" }}
{{- with get $.pod $member }}
{{ toYaml (dict $member .) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The pod of one role, fit for the restricted Pod Security Standard. */}}
{{- define "plumbline.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $pod := .pod -}}
{{- $own := .own -}}
serviceAccountName: {{ include "plumbline.serviceAccount" $root }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
{{ include "plumbline.podBasics" (dict "root" $root "pod" $pod) }}
{{- with $pod.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- $match := printf "matchLabels:\n%s\n%s" (include "plumbline.selector" $root | indent 2) (include "plumbline.roleLabels" $ | indent 2) | fromYaml }}
  {{- range . }}
  - {{ toYaml (merge (deepCopy .) (dict "labelSelector" $match)) | nindent 4 }}
  {{- end }}
{{- end }}
{{- with $pod.initContainers }}
initContainers: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: plumbline
    image: {{ include "plumbline.image" $root | quote }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    args: {{ include "plumbline.args" . }}
    env:
      {{- if eq .role "all" }}
      - name: PLUMBLINE_DATA
        value: /data/store
      {{- else }}
      {{- include "plumbline.storesEnv" $root | nindent 6 }}
      {{- end }}
      {{- include "plumbline.proxyEnv" $values.proxy | nindent 6 }}
      {{- include "plumbline.otelEnv" (dict "otel" $values.otel "role" .role "location" .location) | nindent 6 }}
      {{- with concat $values.extraEnv ($own.extraEnv | default list) }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- with concat (include "plumbline.credentials" . | fromJsonArray) $values.extraEnvFrom ($own.extraEnvFrom | default list) }}
    envFrom: {{- toYaml . | nindent 6 }}
    {{- end }}
    ports:
      - { name: http, containerPort: {{ $values.service.port }}, protocol: TCP }
      {{- if and $values.statusPages.enabled (has .role (list "web" "all")) }}
      - { name: status, containerPort: {{ $values.statusPages.port }}, protocol: TCP }
      {{- end }}
    startupProbe: {{- toYaml (merge (dict "httpGet" (dict "path" "/healthz" "port" "http")) $values.probes.startup) | nindent 6 }}
    livenessProbe: {{- toYaml (merge (dict "httpGet" (dict "path" "/healthz" "port" "http")) $values.probes.liveness) | nindent 6 }}
    readinessProbe: {{- toYaml (merge (dict "httpGet" (dict "path" "/healthz" "port" "http")) $values.probes.readiness) | nindent 6 }}
    {{- with $pod.lifecycle }}
    lifecycle: {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext: {{- toYaml $values.securityContext | nindent 6 }}
    resources: {{- toYaml $pod.resources | nindent 6 }}
    volumeMounts:
      - { name: config, mountPath: /etc/plumbline, readOnly: true }
      - { name: tmp, mountPath: /tmp }
      {{- if eq .role "all" }}
      - { name: data, mountPath: /data }
      {{- end }}
      {{- with concat $values.extraVolumeMounts ($own.extraVolumeMounts | default list) }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  {{- with $pod.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  - name: config
    {{- include "plumbline.configVolume" $root | nindent 4 }}
  - name: tmp
    emptyDir: {}
  {{- if eq .role "all" }}
  - name: data
    persistentVolumeClaim: { claimName: {{ $values.embedded.existingClaim | default (include "plumbline.fullname" $root) | quote }} }
  {{- end }}
  {{- with concat $values.extraVolumes ($own.extraVolumes | default list) }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* Secrets with the credentials that a role reads, for envFrom: the table of src/config/secrets.ts. */}}
{{- define "plumbline.credentials" -}}
{{- $readers := dict "targets" (list "worker") "baseUrls" (list "scheduler" "worker" "web") "receivers" (list "notifier") "api" (list "web") "links" (list "notifier" "web") "heartbeat" (list "notifier") -}}
{{- $sources := list -}}
{{- range $kind, $names := .root.Values.credentials }}
{{- if or (eq $.role "all") (has $.role (get $readers $kind)) }}
{{- range $names }}{{ $sources = append $sources (dict "secretRef" (dict "name" .)) }}{{ end }}
{{- end }}
{{- end }}
{{- toJson ($sources | uniq) }}
{{- end }}

{{- define "plumbline.proxyEnv" -}}
{{- if and .httpsProxy .existingSecret }}{{ fail "proxy.httpsProxy and proxy.existingSecret exclude each other" }}{{ end }}
{{- with .httpsProxy }}
- name: HTTPS_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .existingSecret }}
- name: HTTPS_PROXY
  valueFrom: { secretKeyRef: { name: {{ . | quote }}, key: HTTPS_PROXY } }
{{- end }}
{{- with .noProxy }}
- name: NO_PROXY
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{- define "plumbline.otelEnv" -}}
{{- $attributes := merge (dict "plumbline.role" .role) .otel.resourceAttributes -}}
{{- if .location }}{{ $_ := set $attributes "plumbline.location" .location }}{{ end }}
{{- $pairs := list -}}
{{- range $name, $value := $attributes }}{{ $pairs = append $pairs (printf "%s=%v" $name $value) }}{{ end }}
- name: OTEL_SERVICE_NAME
  value: plumbline
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ join "," $pairs | quote }}
{{- with .otel.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ $.otel.protocol | quote }}
{{- end }}
{{- with .otel.headersSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom: { secretKeyRef: { name: {{ . | quote }}, key: OTEL_EXPORTER_OTLP_HEADERS } }
{{- end }}
{{- end }}
