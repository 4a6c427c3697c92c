# CPU image: the portable program on a slim Debian.
#   docker build -f docker/cpu.Dockerfile -t blocrisk .
#   docker run --rm -v "$PWD/outputs:/blocrisk/outputs" --user "$(id -u)" blocrisk run configs/baseline/scenario.toml
FROM debian:12-slim AS build
WORKDIR /src
# The package layer changes only with the list.
COPY dev ./
COPY docker/packages.txt docker/
RUN ./dev packages build && rm -rf /var/lib/apt/lists/*
COPY . .
RUN ./dev build portable && cmake --install build/portable --prefix /opt/blocrisk --strip

FROM debian:12-slim
RUN useradd --create-home blocrisk && install -d -o blocrisk /blocrisk /blocrisk/outputs
COPY --from=build /opt/blocrisk/bin /usr/local/bin
COPY --from=build /opt/blocrisk/share/blocrisk/configs /blocrisk/configs
USER blocrisk
WORKDIR /blocrisk
ENTRYPOINT ["blocrisk"]
CMD ["--help"]
