# The worker of examples/demo. Build it from the root of the repository:
#   docker build --file deploy/worker.Dockerfile .
FROM node:20.20.2-slim

# The SDK's native core reads the system's certificates, which slim images lack: without them TLS to a Temporal service fails.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app
RUN chown node:node /app
USER node

COPY --chown=node:node package.json package-lock.json ./
RUN npm ci

COPY --chown=node:node . .
RUN npm run build

# No npm and no shell in between: SIGTERM must reach the worker.
CMD ["node", "--import", "tsx", "examples/demo/worker.ts"]
