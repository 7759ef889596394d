# The server from its wheel: built in one stage, installed in a virtual environment, which is all that the other takes.
# The base is the Python that the suite runs on, by its full version; `docker buildx imagetools inspect` tells its digest
# to whoever wants to pin that too.
FROM python:3.11.13-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY fixtures fixtures
COPY mockcrm mockcrm
RUN python -m pip wheel --quiet --no-deps --wheel-dir /dist .
RUN python -m venv /opt/mockcrm \
 && /opt/mockcrm/bin/python -m pip install --quiet /dist/*.whl \
 && /opt/mockcrm/bin/python -m pip uninstall --quiet --yes setuptools pip


FROM python:3.11.13-slim-bookworm

LABEL org.opencontainers.image.title="mockcrm" \
      org.opencontainers.image.description="A local server that behaves like the Zoho CRM REST API around mass update" \
      org.opencontainers.image.licenses="MIT AND Apache-2.0"

# Nothing is installed in a running container, so the base's own installer goes. /data is open to every user, for
# `docker run --user`; a new volume takes over its mode.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/site-packages/setuptools* \
           /usr/local/lib/python3*/ensurepip \
 && useradd --system --uid 9646 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mockcrm \
 && install -d -m 0755 /fixtures && install -d -m 1777 /data
COPY --from=build /opt/mockcrm /opt/mockcrm

# Inside a container the only address that others reach is every address.
ENV PATH=/opt/mockcrm/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    MOCKCRM_HOST=0.0.0.0 MOCKCRM_PORT=9646 MOCKCRM_FIXTURE_DIR=/fixtures MOCKCRM_DATA_DIR=/data

USER 9646:9646
WORKDIR /data
VOLUME ["/data", "/fixtures"]
EXPOSE 9646
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["mockcrm", "health"]
ENTRYPOINT ["mockcrm"]
CMD ["serve"]
