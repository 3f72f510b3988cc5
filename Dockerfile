# One image, several commands: api (default), worker, gateway, bootstrap. See docker-compose.yml.
FROM node:22.21.1-bookworm-slim AS build
WORKDIR /src
ENV CI=1
# packages first: they change less often than sources
COPY package.json package-lock.json .npmrc ./
COPY apps/cli/package.json apps/cli/package.json
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22.21.1-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production \
    ROLLCALL_HOST=0.0.0.0 \
    ROLLCALL_PORT=8080 \
    ROLLCALL_GATEWAY_HOST=0.0.0.0 \
    ROLLCALL_GATEWAY_PORT=8090 \
    ROLLCALL_DATA_DIR=/data \
    ROLLCALL_CONSOLE_DIR=/app/dist/console
# owned by root and only read by the user below: a process that is taken over cannot change the program
COPY --from=build /src/package.json ./package.json
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/apps/cli/package.json ./apps/cli/package.json
COPY --from=build /src/apps/cli/bin ./apps/cli/bin
COPY --from=build /src/dist ./dist
COPY --from=build /src/prisma ./prisma
COPY --from=build /src/scripts/healthcheck.mjs ./scripts/healthcheck.mjs
RUN mkdir /data /secrets && chown 1000:1000 /data /secrets
VOLUME ["/data", "/secrets"]
USER 1000:1000
EXPOSE 8080 8090
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "scripts/healthcheck.mjs", "8080"]
CMD ["node", "--enable-source-maps", "dist/apps/api/src/main.js"]
