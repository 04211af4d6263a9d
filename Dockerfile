# syntax=docker/dockerfile:1
#
# docker build --tag stylegram --target cpu .           one machine without a card
# docker build --tag stylegram:gpu --target gpu .       NVIDIA cards; the driver is the host's
#
# With --build-arg WEIGHTS=baked VGG19's weights (80 MB) are part of the image; without it the first
# start fetches them into the volume, to /data/keras. docs/containers.md tells the rest.

ARG PYTHON=3.13-slim-trixie


# What builds our own wheel, and nothing of it is in the images.
FROM python:${PYTHON} AS wheel
WORKDIR /src
COPY requirements-build.lock ./
RUN python -m pip install --no-cache-dir --require-hashes --only-binary :all: --target /build \
    -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY nst_core nst_core
RUN PYTHONPATH=/build python -m hatchling build --target wheel --directory /dist


# All packages in one folder, from wheels only: nothing is compiled, so nothing needs a compiler, nor
# the 440 MB of TensorFlow's headers.
FROM python:${PYTHON} AS packages-cpu
COPY requirements.lock /
RUN python -m venv --without-pip /opt/stylegram && python -m pip --python /opt/stylegram install \
    --no-cache-dir --require-hashes --only-binary :all: -r /requirements.lock
COPY --from=wheel /dist /dist
RUN python -m pip --python /opt/stylegram install --no-cache-dir --no-deps --no-index \
    /dist/*.whl && python -m pip --python /opt/stylegram check && \
    rm -r /opt/stylegram/lib/python3*/site-packages/tensorflow/include
ARG WEIGHTS=""
RUN mkdir /baked && if [ -n "${WEIGHTS}" ]; then \
    KERAS_HOME=/keras /opt/stylegram/bin/nst weights --fetch && mv /keras/models/*.h5 /baked; fi


FROM python:${PYTHON} AS packages-gpu
COPY requirements-gpu.lock /
RUN python -m venv --without-pip /opt/stylegram && python -m pip --python /opt/stylegram install \
    --no-cache-dir --require-hashes --only-binary :all: -r /requirements-gpu.lock
COPY --from=wheel /dist /dist
RUN python -m pip --python /opt/stylegram install --no-cache-dir --no-deps --no-index \
    /dist/*.whl && python -m pip --python /opt/stylegram check && \
    rm -r /opt/stylegram/lib/python3*/site-packages/tensorflow/include
ARG WEIGHTS=""
RUN mkdir /baked && if [ -n "${WEIGHTS}" ]; then \
    KERAS_HOME=/keras /opt/stylegram/bin/nst weights --fetch && mv /keras/models/*.h5 /baked; fi


# What both images have in common: who runs, where it may write, and how it is looked after.
FROM python:${PYTHON} AS runtime
LABEL org.opencontainers.image.title="Stylegram" \
    org.opencontainers.image.description="A Telegram bot that paints: neural style transfer" \
    org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 stylegram && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin \
    stylegram && install --directory --owner stylegram --group stylegram /data /data/keras
# Only /data and /tmp are ever written to.
ENV PATH=/opt/stylegram/bin:${PATH} \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/data \
    KERAS_HOME=/data/keras \
    CUDA_CACHE_PATH=/data/cuda \
    MPLCONFIGDIR=/tmp/matplotlib \
    XDG_CACHE_HOME=/tmp/cache \
    STYLEGRAM_DATA=/data/bot \
    STYLEGRAM_HOST=0.0.0.0 \
    STYLEGRAM_METRICS_PORT=9090
ARG WEIGHTS=""
ENV NST_WEIGHTS=${WEIGHTS:+/opt/weights}
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
# Live, not ready: a bot whose network is away is to be left alone.
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m --retries=3 \
    CMD ["python", "-m", "bot.alive"]
ENTRYPOINT ["stylegram"]


FROM runtime AS gpu
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=packages-gpu /baked /opt/weights
COPY --from=packages-gpu /opt/stylegram /opt/stylegram


# The last one is what is built where no target is named.
FROM runtime AS cpu
COPY --from=packages-cpu /baked /opt/weights
COPY --from=packages-cpu /opt/stylegram /opt/stylegram
