package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class StoreEndpointTest {

  private final Configuration conf = new Configuration(false);

  @Test
  void isWhatTheSettingsSay() {
    conf.set("fs.s3a.endpoint", "minio.example:9000");
    conf.set("fs.s3a.bucket.other.endpoint", "http://other.example");

    assertThat(StoreEndpoint.endpoint("s3a://weights/chat", conf))
        .hasToString("Optional[https://minio.example:9000]");
    assertThat(StoreEndpoint.endpoint("s3a://other/chat", conf))
        .hasToString("Optional[http://other.example]");
    conf.set("fs.s3a.connection.ssl.enabled", "false");
    assertThat(StoreEndpoint.endpoint("s3a://weights/chat", conf))
        .hasToString("Optional[http://minio.example:9000]");
    conf.set("fs.s3a.proxy.host", "proxy.example");
    assertThat(StoreEndpoint.endpoint("s3a://weights/chat", conf)).isEmpty();
  }

  @Test
  void isNotAskedForWhereNoSettingSaysIt() {
    assertThat(StoreEndpoint.endpoint("s3a://weights/chat", conf)).isEmpty();
    assertThat(StoreEndpoint.endpoint("/models/chat", conf)).isEmpty();
    assertThat(StoreEndpoint.endpoint("hdfs://namenode/chat", conf)).isEmpty();
  }

  @Test
  void listens() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      conf.set("fs.s3a.endpoint", "http://127.0.0.1:" + server.getLocalPort());

      assertThatCode(() -> StoreEndpoint.requireListens("s3a://weights/chat", conf))
          .doesNotThrowAnyException();
    }
  }
}
