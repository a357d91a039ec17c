# One image for worker, beat, pages and command line. No secret goes into it: settings come from the environment.
FROM python:3.11-slim AS wheel
WORKDIR /build
COPY pyproject.toml hatch_build.py LICENSE CHANGELOG.md README.md ./
COPY fhir_screener fhir_screener
COPY workers workers
COPY mappings mappings
RUN pip wheel --no-cache-dir --no-deps --wheel-dir dist .

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY requirements.txt /tmp/requirements.txt
# Byte code is written now, for the user below may not write it later.
RUN pip install --no-cache-dir --compile -r /tmp/requirements.txt
COPY --from=wheel /build/dist /tmp/dist
RUN pip install --no-cache-dir --compile --no-deps /tmp/dist/*.whl && rm -r /tmp/dist /tmp/requirements.txt \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/fhir-screener screener \
    && install -d -o screener /var/lib/fhir-screener/schedule
USER screener
WORKDIR /var/lib/fhir-screener
CMD ["fhir-screener", "--help"]
