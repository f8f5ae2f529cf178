# The Node version of package.json, pinned by the digest of its multi-platform index; override with --build-arg NODE_IMAGE=…
ARG NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build
# The demo and the test bed are for a checkout: plumbline says so when it is asked for them here.
RUN rm -r dist/demo dist/testbed dist/app/demo.js

# No package may run an install script. Optional packages are those of the demo and the test bed, and native accelerators.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts
# Types and source maps make up a third of the packages, and nothing reads them at run time.
RUN find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
# The token vocabularies come in four formats, and only one is read.
RUN rm -r node_modules/gpt-tokenizer/cjs node_modules/gpt-tokenizer/data node_modules/gpt-tokenizer/src
# The bill of materials: all that is locked and required. (`npm sbom --omit=dev` also omits what the tools share with the rest.)
RUN npm sbom --sbom-format=cyclonedx --package-lock-only > all.json \
 && node -e 'const all = JSON.parse(fs.readFileSync("all.json")); \
      const components = all.components.filter(({ scope }) => scope === "required"); \
      const root = all.metadata.component["bom-ref"]; \
      const kept = new Set([root, ...components.map((component) => component["bom-ref"])]); \
      const dependencies = all.dependencies.filter(({ ref }) => kept.has(ref)) \
        .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((to) => kept.has(to)) })); \
      fs.writeFileSync("sbom.cdx.json", JSON.stringify({ ...all, components, dependencies }))'

FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="plumbline" \
      org.opencontainers.image.description="Scheduled synthetic monitoring for chat-completions APIs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}" \
      plumbline.sbom="/app/sbom.cdx.json"
ENV NODE_ENV=production
WORKDIR /app
# Owned by root: the process cannot change its own code.
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=packages /app/sbom.cdx.json ./sbom.cdx.json
COPY package.json LICENSE ./
COPY config ./config
# The embedded store, when no DATABASE_URL is set: mount a volume here. Nothing else is written; --read-only is fine.
RUN mkdir -p /data && chown 1000:1000 /data
ENV PLUMBLINE_DATA=/data
VOLUME /data
# By number, so that Kubernetes can verify runAsNonRoot.
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The program handles SIGTERM and starts no children, so it can run as PID 1.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/main.js"]
# From outside the container, the API requires a token (api.tokens in the configuration).
CMD ["start", "--config", "/app/config/plumbline.yaml", "--listen", "0.0.0.0:8080"]
