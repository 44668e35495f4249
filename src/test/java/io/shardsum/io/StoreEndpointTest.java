package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
  void answersAsS3Does() throws IOException {
    assertThatCode(() -> askServer("application/xml", 403)).doesNotThrowAnyException();
  }

  @Test
  void isNoWebServer() {
    assertThatThrownBy(() -> askServer("text/html; charset=utf-8", 404))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "a web server answers at 127.0.0.1:\\d+, and no S3 store \\(HTTP status 404\\)");
  }

  private void askServer(String contentType, int status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", contentType);
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    try {
      conf.set("fs.s3a.endpoint", "http://127.0.0.1:" + server.getAddress().getPort());
      StoreEndpoint.requireAnswers("s3a://weights/chat", conf);
    } finally {
      server.stop(0);
    }
  }
}
