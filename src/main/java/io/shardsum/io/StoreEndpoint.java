package io.shardsum.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Whether a store answers at the endpoint of a location. S3A itself tries for three minutes before
 * it says that nobody does. That is right for a store that goes away in the middle of a scan, and
 * of no use where the endpoint is written wrong.
 */
public final class StoreEndpoint {

  private static final Duration LONGEST = Duration.ofSeconds(15);
  private static final int CONNECT_MILLIS = 5_000;
  private static final int PAUSE_MILLIS = 1_000;

  /** What came of each endpoint, asked once in a process. */
  private static final Map<URI, Optional<IOException>> ASKED = new ConcurrentHashMap<>();

  private StoreEndpoint() {}

  /**
   * Waits up to 15 seconds for the endpoint of a location.
   *
   * @throws IOException if nobody listens there, or a web server does; of a location whose endpoint
   *     no setting says, nothing is known
   */
  public static void requireAnswers(String location, Configuration conf) throws IOException {
    if (ObjectStore.holds(new Path(location))) {
      AwsLogging.begin(conf.getClassLoader());
    }
    Optional<URI> endpoint = endpoint(location, conf);
    if (endpoint.isPresent()) {
      Optional<IOException> failure = ASKED.computeIfAbsent(endpoint.get(), StoreEndpoint::asked);
      if (failure.isPresent()) {
        throw failure.get();
      }
    }
  }

  /** As S3A's settings say it; empty where a proxy is asked instead. */
  static Optional<URI> endpoint(String location, Configuration conf) {
    Path path = new Path(location);
    URI uri = path.toUri();
    if (!ObjectStore.holds(path) || !setting("proxy.host", uri, conf).isEmpty()) {
      return Optional.empty();
    }
    String endpoint = setting("endpoint", uri, conf);
    boolean tls = !setting("connection.ssl.enabled", uri, conf).equals("false");
    String usual = tls ? "https://" : "http://";
    try {
      URI parsed = URI.create(endpoint.contains("://") ? endpoint : usual + endpoint);
      return Optional.of(parsed).filter(at -> at.getHost() != null);
    } catch (IllegalArgumentException e) { // S3A says what is wrong with it
      return Optional.empty();
    }
  }

  private static String setting(String key, URI location, Configuration conf) {
    String usual = conf.getTrimmed("fs.s3a." + key, "");
    return conf.getTrimmed("fs.s3a.bucket." + location.getHost() + "." + key, usual);
  }

  private static Optional<IOException> asked(URI endpoint) {
    int usualPort = "http".equals(endpoint.getScheme()) ? 80 : 443;
    int port = endpoint.getPort() < 0 ? usualPort : endpoint.getPort();
    long begun = System.nanoTime();
    while (true) {
      try {
        connect(new InetSocketAddress(endpoint.getHost(), port));
        return otherThanS3(endpoint);
      } catch (IOException e) {
        if (System.nanoTime() - begun > LONGEST.toNanos()) {
          return Optional.of(e);
        }
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.of(new InterruptedIOException("interrupted while waiting for a store"));
      }
    }
  }

  /**
   * A web page is no answer of S3, which marks each of its own. S3A would try again for minutes.
   */
  private static Optional<IOException> otherThanS3(URI endpoint) {
    try {
      HttpURLConnection answer = (HttpURLConnection) endpoint.toURL().openConnection();
      answer.setConnectTimeout(CONNECT_MILLIS);
      answer.setReadTimeout(CONNECT_MILLIS);
      answer.setInstanceFollowRedirects(false);
      int status = answer.getResponseCode();
      boolean ofS3 =
          answer.getHeaderFields().keySet().stream()
              .anyMatch(name -> name != null && name.toLowerCase(Locale.ROOT).startsWith("x-amz"));
      boolean page = String.valueOf(answer.getContentType()).startsWith("text/html");
      answer.disconnect();
      return page && !ofS3
          ? Optional.of(
              new IOException(
                  "a web server answers at %s, and no S3 store (HTTP status %s)"
                      .formatted(endpoint.getAuthority(), status)))
          : Optional.empty();
    } catch (IOException e) { // S3A says what is wrong with it
      return Optional.empty();
    }
  }

  private static void connect(InetSocketAddress address) throws IOException {
    if (address.isUnresolved()) {
      throw new UnknownHostException(address.getHostString());
    }
    try (Socket socket = new Socket()) {
      socket.connect(address, CONNECT_MILLIS);
    } catch (IOException e) {
      ConnectException failure =
          new ConnectException(
              "Connect to %s:%s failed".formatted(address.getHostString(), address.getPort()));
      failure.initCause(e);
      throw failure;
    }
  }
}
