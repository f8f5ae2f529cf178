{{/* The command line of one role: what `plumbline start` accepts. */}}
{{- define "plumbline.args" -}}
{{- $values := .root.Values -}}
{{- $grace := max 5 (sub $values.terminationGracePeriodSeconds 5) -}}
{{- $args := list "start" "--config" "/etc/plumbline/plumbline.yaml" "--role" .role -}}
{{- if .location }}{{ $args = concat $args (list "--location" .location "--concurrency" (toString .concurrency)) }}{{ end }}
{{- $host := $values.listenAddress -}}
{{- if contains ":" $host }}{{ $host = printf "[%s]" $host }}{{ end }}
{{- toJson (concat $args (list "--grace" (printf "%ds" $grace) "--listen" (printf "%s:%v" $host $values.service.port))) }}
{{- end }}

{{/* The pod of one role, fit for the restricted Pod Security Standard. */}}
{{- define "plumbline.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $pod := .pod -}}
serviceAccountName: {{ include "plumbline.serviceAccount" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
securityContext: {{ toYaml $values.podSecurityContext | nindent 2 }}
{{- with $values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $pod.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- $match := printf "matchLabels:\n%s\n%s" (include "plumbline.selector" $root | indent 2) (include "plumbline.roleLabels" $ | indent 2) | fromYaml }}
  {{- range . }}
  - {{ toYaml (merge (deepCopy .) (dict "labelSelector" $match)) | nindent 4 }}
  {{- end }}
{{- end }}
containers:
  - name: plumbline
    image: {{ include "plumbline.image" $root | quote }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    args: {{ include "plumbline.args" . }}
    env:
      {{- range $variable, $key := dict "DATABASE_URL" $values.storage.databaseUrlKey "REDIS_URL" $values.storage.redisUrlKey }}
      - name: {{ $variable }}
        valueFrom: { secretKeyRef: { name: {{ include "plumbline.storageSecret" $root | quote }}, key: {{ $key | quote }} } }
      {{- end }}
      {{- include "plumbline.otelEnv" (dict "otel" $values.otel "role" .role "location" .location) | nindent 6 }}
      {{- with $values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- with $values.extraEnvFrom }}
    envFrom: {{ toYaml . | nindent 6 }}
    {{- end }}
    ports:
      - { name: http, containerPort: {{ $values.service.port }}, protocol: TCP }
    startupProbe: {{ toYaml (merge (dict "httpGet" (dict "path" "/healthz" "port" "http")) $values.probes.startup) | nindent 6 }}
    livenessProbe: {{ toYaml (merge (dict "httpGet" (dict "path" "/healthz" "port" "http")) $values.probes.liveness) | nindent 6 }}
    readinessProbe: {{ toYaml (merge (dict "httpGet" (dict "path" "/readyz" "port" "http")) $values.probes.readiness) | nindent 6 }}
    securityContext: {{ toYaml $values.securityContext | nindent 6 }}
    resources: {{ toYaml $pod.resources | nindent 6 }}
    volumeMounts:
      - { name: config, mountPath: /etc/plumbline, readOnly: true }
      - { name: tmp, mountPath: /tmp }
      {{- with $values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  - name: config
    configMap: { name: {{ include "plumbline.configMap" $root | quote }} }
  - name: tmp
    emptyDir: {}
  {{- with $values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
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
