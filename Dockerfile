# One image a service: docker build --build-arg SERVICE=gateway|auth|generator|writer|notifier|shop|setup .
# Layers from seldom to often changed: the locked packages, the sources, the labels.
ARG SERVICE
ARG PYTHON=3.13
ARG NODE=24

FROM python:${PYTHON}-slim AS packages
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
WORKDIR /build
COPY dev/uv.txt dev/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --quiet --no-deps --require-hashes --root-user-action=ignore --target /uv -r dev/uv.txt
COPY requirements.lock ./
COPY deploy/docker/locked.py deploy/docker/slim.py deploy/docker/
COPY packages/cartload/pyproject.toml packages/cartload/
COPY packages/contracts/pyproject.toml packages/contracts/
COPY packages/kit/pyproject.toml packages/kit/
COPY packages/setup/pyproject.toml packages/setup/
COPY gateway/pyproject.toml gateway/
COPY services/auth/pyproject.toml services/auth/
COPY services/generator/pyproject.toml services/generator/
COPY services/notifier/pyproject.toml services/notifier/
COPY services/shop/pyproject.toml services/shop/
COPY services/writer/pyproject.toml services/writer/
ARG SERVICE
# uv says which packages of the lock this service needs; installed is that part of the lock, by its hashes.
RUN --mount=type=cache,target=/root/.cache/uv \
    python3 deploy/docker/locked.py wanted "${SERVICE}" >wanted.in \
    && /uv/bin/uv pip compile --quiet --no-header --no-annotate --constraint requirements.lock wanted.in -o wanted.txt \
    && python3 deploy/docker/locked.py lock wanted.txt >service.lock \
    && /uv/bin/uv venv --quiet /opt/cartload/venv \
    && VIRTUAL_ENV=/opt/cartload/venv /uv/bin/uv pip sync --quiet --require-hashes --compile-bytecode service.lock \
    && python3 deploy/docker/slim.py /opt/cartload/venv

FROM python:${PYTHON}-slim AS kernels
WORKDIR /build
COPY requirements.lock ./
COPY deploy/docker/locked.py deploy/docker/
RUN --mount=type=cache,target=/root/.cache/pip \
    echo ziglang >compiler.in \
    && python3 deploy/docker/locked.py lock compiler.in >compiler.lock \
    && pip install --quiet --no-deps --require-hashes --root-user-action=ignore --target /compiler -r compiler.lock
COPY packages/cartload/hatch_build.py packages/cartload/
COPY packages/cartload/src/cartload/kernels packages/cartload/src/cartload/kernels
RUN PYTHONPATH=/compiler python3 packages/cartload/hatch_build.py

FROM python:${PYTHON}-slim AS sources
WORKDIR /build
COPY deploy/docker/locked.py deploy/docker/
COPY packages packages
COPY --from=kernels /build/packages/cartload/src packages/cartload/src
COPY gateway gateway
COPY services services
ARG SERVICE
RUN python3 deploy/docker/locked.py sources "${SERVICE}" /opt/cartload/app \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/cartload/app

FROM node:${NODE}-slim AS ui
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM python:${PYTHON}-slim AS service
ENV PATH=/opt/cartload/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/opt/cartload/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    CARTLOAD_HOST=0.0.0.0 \
    CARTLOAD_PORT=8000
WORKDIR /tmp
COPY --from=packages /opt/cartload/venv /opt/cartload/venv
COPY --from=sources /opt/cartload/app /opt/cartload/app
USER 10001:10001
STOPSIGNAL SIGTERM
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 \
    CMD ["python", "-m", "cartload_kit.probe"]

FROM service AS gateway
COPY --from=ui /build/dist /opt/cartload/ui
ENV CARTLOAD_UI_DIR=/opt/cartload/ui CARTLOAD_PORT=8080
EXPOSE 8080
ENTRYPOINT ["python", "-m", "cartload_gateway"]
CMD ["api"]

FROM service AS auth
ENTRYPOINT ["python", "-m", "cartload_auth"]
CMD ["api"]

FROM service AS generator
ENTRYPOINT ["python", "-m", "cartload_generator"]
CMD ["api"]

FROM service AS writer
ENTRYPOINT ["python", "-m", "cartload_writer"]
CMD ["api"]

FROM service AS notifier
ENTRYPOINT ["python", "-m", "cartload_notifier"]
CMD ["api"]

FROM service AS shop
ENTRYPOINT ["python", "-m", "cartload_shop"]
CMD ["api"]

FROM python:${PYTHON}-slim AS volumes
RUN install -d -m 700 /volumes/blobs /volumes/player-scratch /volumes/scratch /volumes/secrets /volumes/secrets/auth /volumes/secrets/auth-migrate \
    /volumes/secrets/azurite /volumes/secrets/checker /volumes/secrets/generator /volumes/secrets/mysql /volumes/secrets/setup /volumes/secrets/shop /volumes/secrets/writer

# What is run once before the others. Empty volumes that are mounted here become its user's own.
FROM service AS setup
COPY --from=volumes --chown=10001:10001 /volumes /
HEALTHCHECK NONE
ENTRYPOINT ["python", "-m", "cartload_setup"]
CMD ["secrets", "/secrets"]

# hadolint ignore=DL3006
FROM ${SERVICE}
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cartload-${SERVICE}" \
      org.opencontainers.image.description="Cartload: whole e-commerce businesses out of nothing" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.vendor="Cartload"
