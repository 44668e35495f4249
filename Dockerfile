# Spark's image with the release in /opt/shardsum. In the source tree:
#   mvn -B -DskipTests package
#   docker build --tag registry.example/shardsum:0.2.0 .
FROM apache/spark:4.1.3-java17
ARG RELEASE=target/shardsum-0.2.0-bin.tar.gz
USER root
ADD ${RELEASE} /opt/
RUN ln -s "$(basename /opt/shardsum-*)" /opt/shardsum && chmod -R a+rX /opt/shardsum/
USER spark
ENV SPARK_HOME=/opt/spark
WORKDIR /opt/shardsum
