# The gateway as one process, not as root. Mail, store and keys live in the volume /var/lib/oddlink.
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements.lock.txt .
RUN python -m venv /opt/oddlink \
 && /opt/oddlink/bin/pip install --no-cache-dir --require-hashes -r requirements.lock.txt
COPY pyproject.toml README.md ./
COPY gateway gateway
COPY inspectors inspectors
COPY policy policy
RUN /opt/oddlink/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
COPY --from=build /opt/oddlink /opt/oddlink
RUN useradd --system --uid 10001 --home-dir /var/lib/oddlink --create-home oddlink
USER oddlink
WORKDIR /var/lib/oddlink
VOLUME /var/lib/oddlink
EXPOSE 2525 8080
ENV PATH=/opt/oddlink/bin:$PATH
# Settings come from /var/lib/oddlink/oddlink.toml. The console stays on loopback: reach it with docker exec or a
# sidecar, or set console.exposed behind something that asks who is there.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8081/readyz', timeout=4)"]
CMD ["oddlink", "serve"]
