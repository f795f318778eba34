# One image, two commands: the API (default) and the worker (`docker run … worker`).
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/trajecthub
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app app
COPY docs docs
COPY migrations migrations
COPY openapi/partners openapi/partners
RUN /opt/trajecthub/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home hub && install --directory --owner hub --mode 0700 /var/lib/trajecthub
COPY --from=build /opt/trajecthub /opt/trajecthub
ENV PATH=/opt/trajecthub/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TRAJECTHUB_DATA_DIR=/var/lib/trajecthub \
    TRAJECTHUB_DATABASE_URL=sqlite:////var/lib/trajecthub/trajecthub.db \
    TRAJECTHUB_HOST=0.0.0.0
USER hub
WORKDIR /var/lib/trajecthub
VOLUME /var/lib/trajecthub
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz/live', timeout=2)"]
ENTRYPOINT ["trajecthub"]
CMD ["serve"]
