# Builds and runs iii-stream. The data directory is a volume: without one a container's data goes with it.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev && mkdir data

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/spec ./spec
COPY --from=build /app/scripts/deploy/container.yaml ./config.yaml
COPY --from=build --chown=1000:1000 /app/data ./data
# By number: a platform that wants to be sure that it is not root cannot look names up.
USER 1000:1000
VOLUME /app/data
# Clients, and workers. The admin listener stays on the container's loopback.
EXPOSE 3112 49134
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s \
  CMD ["node", "dist/src/cli/main.js", "health", "--config", "config.yaml"]
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["--config", "config.yaml"]
