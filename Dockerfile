# syntax=docker/dockerfile:1
# Sources run as they are (docs/adr/0003): the first stage installs dependencies, the second adds the sources.

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional dependencies are the embedded PostgreSQL and native speed-ups; this image is given a DATABASE_URL.
RUN npm ci --omit=dev --omit=optional

FROM node:24.21.0-bookworm-slim AS runtime
ENV NODE_ENV=production \
    PORT=8080 \
    HABEAS_DATA=/var/lib/habeas
WORKDIR /app
RUN install -d -o node -g node -m 0700 /var/lib/habeas
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY connectors ./connectors
COPY src ./src
COPY workers ./workers
# The user `node`, by number so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["sh", "/app/bin/habeas"]
CMD ["api"]
