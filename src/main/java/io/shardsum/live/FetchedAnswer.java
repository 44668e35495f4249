package io.shardsum.live;

import io.shardsum.fleet.LiveSpec;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The answer of an endpoint as it came; {@link AnswerReader} reads it.
 *
 * @param at when it had come
 * @param body a file that holds it; empty where there is none
 * @param status of HTTP; 200 for a file
 * @param redirectedTo another address that the server names
 * @param failure why there is no answer
 */
public record FetchedAnswer(
    LiveSpec spec,
    Instant at,
    Optional<Path> body,
    int status,
    Optional<String> redirectedTo,
    Encoding encoding,
    Optional<LiveProblem> failure,
    Secret secret) {

  /** How a body is written. */
  enum Encoding {
    PLAIN,
    GZIP
  }

  static FetchedAnswer failed(LiveSpec spec, Instant at, LiveProblem failure) {
    return new FetchedAnswer(
        spec,
        at,
        Optional.empty(),
        0,
        Optional.empty(),
        Encoding.PLAIN,
        Optional.of(failure),
        Secret.NONE);
  }

  static FetchedAnswer of(
      LiveSpec spec,
      Instant at,
      Path body,
      int status,
      Optional<String> redirectedTo,
      Encoding encoding,
      Secret secret) {
    return new FetchedAnswer(
        spec, at, Optional.of(body), status, redirectedTo, encoding, Optional.empty(), secret);
  }
}
