package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where an engine's own checksums are to be had.
 *
 * @param at the server, or a file that holds its answer
 * @param selector of which models
 * @param timeout for one request, from its beginning to the last byte of the answer
 * @param retries how often it is asked again where the connection failed
 * @param maxAnswerBytes the longest answer that is read; empty: as its number of ranks says
 */
public record Endpoint(
    EndpointKind kind,
    At at,
    Selector selector,
    Duration timeout,
    int retries,
    OptionalLong maxAnswerBytes) {

  /** Unless the description says otherwise: hashing stops the engine, but not for long. */
  static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(2);

  static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);
  static final int DEFAULT_RETRIES = 2;
  static final int MOST_RETRIES = 10;

  /** A server, or a file. */
  public sealed interface At {

    /** The name of the place in tables and messages: it holds no secret. */
    String shown();
  }

  /**
   * A server.
   *
   * @param url of the weight checker itself
   * @param apiKeyEnv the name of the environment variable that holds the key
   * @param caFile certificates (PEM) to trust instead of those that Java brings
   */
  public record Server(URI url, Optional<String> apiKeyEnv, Optional<Path> caFile) implements At {
    public Server {
      requireNonNull(url, "url is null");
      requireNonNull(apiKeyEnv, "apiKeyEnv is null");
      requireNonNull(caFile, "caFile is null");
    }

    @Override
    public String shown() {
      return url.toString();
    }

    /** Host and port. */
    public String authority() {
      return url.getAuthority();
    }
  }

  /** An answer that was saved, for engines that the job cannot reach. */
  public record SavedAnswer(Path file) implements At {
    @Override
    public String shown() {
      return "file:" + file;
    }
  }

  public Endpoint {
    requireNonNull(kind, "kind is null");
    requireNonNull(at, "at is null");
    requireNonNull(selector, "selector is null");
    requireNonNull(timeout, "timeout is null");
    requireNonNull(maxAnswerBytes, "maxAnswerBytes is null");
  }
}
