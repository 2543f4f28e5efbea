# syntax=docker/dockerfile:1
# The bot as anon-support run. compose.yaml shows it whole; README.md, "Running it for real", explains.

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/bot
COPY requirements.lock ./
RUN /opt/bot/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE app.yaml ./
COPY bot/ bot/
COPY handlers/ handlers/
COPY knowledge/ knowledge/
RUN /opt/bot/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --home-dir /data --no-create-home bot \
    && install --directory --owner bot --group bot --mode 0700 /data
COPY --from=build /opt/bot /opt/bot
# Inside the container every address: only what shares its network reaches the bot.
ENV PATH=/opt/bot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/data \
    XDG_CACHE_HOME=/data/cache \
    MPLCONFIGDIR=/tmp
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["anon-support"]
CMD ["run"]
