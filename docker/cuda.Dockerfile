# CUDA image: the portable program, built with nvcc. cudart is linked in, so that at run time only
# the host's driver is needed (nvidia-container-toolkit mounts it).
#   docker build -f docker/cuda.Dockerfile -t blocrisk:cuda .
#   docker run --rm --gpus all -v "$PWD/outputs:/blocrisk/outputs" --user "$(id -u)" blocrisk:cuda run configs/baseline/scenario.toml
FROM nvidia/cuda:12.6.3-devel-ubuntu24.04 AS build
WORKDIR /src
# The package layer changes only with the list.
COPY dev ./
COPY docker/packages.txt docker/
RUN ./dev packages build && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset portable -G Ninja -DBLOCRISK_CUDA=ON \
  && ./dev build portable \
  && cmake --install build/portable --prefix /opt/blocrisk --strip

FROM nvidia/cuda:12.6.3-base-ubuntu24.04
RUN useradd --create-home blocrisk && install -d -o blocrisk /blocrisk /blocrisk/outputs
COPY --from=build /opt/blocrisk/bin /usr/local/bin
COPY --from=build /opt/blocrisk/share/blocrisk/configs /blocrisk/configs
USER blocrisk
WORKDIR /blocrisk
ENTRYPOINT ["blocrisk"]
CMD ["--help"]
