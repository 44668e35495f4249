package io.shardsum.live;

import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.LiveSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Engines as a description gives them, and answers to read. */
final class Engines {

  static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();

  private Engines() {}

  /** An engine of some ranks. */
  static LiveSpec engine(String parallelism, String endpoint) {
    return engine("e", parallelism, endpoint);
  }

  static LiveSpec engine(String name, String parallelism, String endpoint) {
    String yaml =
        """
        fleet: f
        engines:
          - name: %s
            parallelism: { %s }
            endpoint: { %s }
        """
            .formatted(name, parallelism, endpoint);
    return FleetDescription.parse(yaml, "fleet.yaml", GOLDEN.toString()).live().get(0);
  }

  /** What is read from the answer in a file. */
  static LiveAnswer saved(String parallelism, Path file) {
    return saved(parallelism, "sglang", file);
  }

  static LiveAnswer saved(String parallelism, String kind, Path file) {
    LiveSpec engine = engine(parallelism, "kind: %s, file: \"%s\"".formatted(kind, file));
    try (EndpointCollector collector = new EndpointCollector(file.getParent(), name -> null)) {
      return new AnswerReader().read(collector.collect(List.of(engine)).join().get(0));
    }
  }

  /** What is read from a text that came with a status. */
  static LiveAnswer answer(String parallelism, String kind, int status, Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    LiveSpec engine = engine(parallelism, "kind: %s, url: \"http://h:1\"".formatted(kind));
    return new AnswerReader()
        .read(
            FetchedAnswer.of(
                engine,
                Instant.EPOCH,
                file,
                status,
                Optional.empty(),
                FetchedAnswer.Encoding.PLAIN,
                Secret.NONE));
  }
}
