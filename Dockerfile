# One image for migrate, web and worker, from the hashed lock, run as a user without rights.
FROM python:3.13-slim-trixie AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt ./
COPY bin bin
RUN python -m venv .venv \
    && .venv/bin/pip install --quiet --require-hashes -r requirements.txt -r bin/build.txt \
    && .venv/bin/python bin/fetch-assets \
    && rm -rf .tools
COPY pyproject.toml ./
COPY facility facility
COPY templates templates
COPY static static
COPY migrations migrations
RUN .venv/bin/pip install --quiet --no-deps --no-build-isolation --editable .

FROM python:3.13-slim-trixie
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin facility \
    && install -d -o facility -g facility -m 0750 /data
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FACILITY_HOST=0.0.0.0 PORT=8000 FACILITY_DATA=/data
USER facility
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["facility"]
CMD ["web"]
