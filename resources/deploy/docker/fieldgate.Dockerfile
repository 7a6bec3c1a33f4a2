# One build, two images: --target uploader or --target sensor. Build from the repository's root:
#   docker build -f resources/deploy/docker/fieldgate.Dockerfile --target uploader -t fieldgate-uploader .
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY electron.vite.config.ts tsconfig.json ./
COPY electron ./electron
COPY renderer ./renderer
COPY shared ./shared
COPY resources ./resources
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24-slim AS runtime
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build --chown=root:root /build/package.json ./package.json
COPY --from=build --chown=root:root /build/node_modules ./node_modules
COPY --from=build --chown=root:root /build/out ./out
COPY --from=build --chown=root:root /build/resources ./resources
RUN install -d -o node -g node /data /state /objects
ENV NODE_ENV=production
USER node
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tini", "--", "node", "/app/out/main/cli.js"]

FROM runtime AS sensor
VOLUME ["/data"]
HEALTHCHECK --interval=15s --timeout=10s --start-period=20s --retries=3 \
  CMD ["node", "/app/out/main/cli.js", "health", "sensor", "--sqlite", "/data/sensor_data.db", "--max-age", "60"]
CMD ["sensor", "--db", "/data/sensor_data.db"]

FROM runtime AS uploader
VOLUME ["/data", "/state", "/objects"]
ENV SQLITE_PATH=/data/sensor_data.db STATE_DIR=/state
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
  CMD ["node", "/app/out/main/cli.js", "health", "uploader"]
CMD ["upload"]
