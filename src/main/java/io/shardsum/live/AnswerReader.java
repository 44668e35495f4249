package io.shardsum.live;

import io.shardsum.fleet.Endpoint;
import io.shardsum.fleet.EndpointKind;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.live.AnswerBody.Entry;
import io.shardsum.live.AnswerBody.InfoForm;
import io.shardsum.live.FetchedAnswer.Encoding;
import io.shardsum.text.ForeignText;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Reads what endpoints have answered, one answer at a time, and judges each by itself. */
public final class AnswerReader {

  /** The most that is read of one answer, packed or not. */
  public static final long MOST_BYTES = 64L << 20;

  static final String CANNOT = "Cannot read the answer: ";

  private static final int OK = 200;
  private static final int MESSAGE_CODE_POINTS = 200;
  private static final int PATH_CODE_POINTS = 500;

  private final long mostBytes;

  /** A reader with the usual limit. */
  public AnswerReader() {
    this(MOST_BYTES);
  }

  AnswerReader(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Reads an answer. Whatever is wrong with it is among its problems. */
  public LiveAnswer read(FetchedAnswer fetched) {
    if (fetched.failure().isPresent()) {
      return unknown(fetched, fetched.failure().get());
    }
    try {
      AnswerBody body = body(fetched);
      Optional<LiveProblem> refusal = refusal(fetched, Optional.of(body));
      return refusal.isPresent()
          ? unknown(fetched, refusal.get())
          : new JudgedAnswer(fetched, body, version(fetched.spec(), body)).answer();
    } catch (MalformedAnswerException e) {
      return unknown(
          fetched,
          refusal(fetched, Optional.empty())
              .orElseGet(() -> LiveProblem.malformed(CANNOT + e.getMessage())));
    } catch (LimitedStream.TooLongException e) {
      return unknown(fetched, LiveProblem.malformed(CANNOT + e.getMessage()));
    } catch (IOException e) {
      return unknown(
          fetched, LiveProblem.malformed(CANNOT + ForeignText.shown(cause(e), PATH_CODE_POINTS)));
    }
  }

  private static String cause(IOException e) {
    String kind = e.getClass().getSimpleName();
    return e.getMessage() == null ? kind : kind + ": " + e.getMessage();
  }

  private AnswerBody body(FetchedAnswer fetched) throws IOException, MalformedAnswerException {
    EndpointKind kind = fetched.spec().endpoint().kind();
    Path file = fetched.body().orElseThrow();
    try (InputStream in = new LimitedStream(unpacked(file, fetched.encoding()), mostBytes)) {
      return AnswerParser.read(in, kind, fetched.secret());
    }
  }

  private static InputStream unpacked(Path file, Encoding encoding) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    return switch (encoding) {
      case PLAIN -> in;
      case GZIP -> {
        try {
          yield new GZIPInputStream(in);
        } catch (IOException e) {
          in.close();
          throw e;
        }
      }
    };
  }

  /** Why an answer does not count, whatever ranks it holds: a part may be passed as the whole. */
  private static Optional<LiveProblem> refusal(FetchedAnswer fetched, Optional<AnswerBody> body) {
    boolean failed = body.flatMap(AnswerBody::success).equals(Optional.of(false));
    if (fetched.status() == OK && !failed) {
      return Optional.empty();
    }
    String said =
        body.flatMap(AnswerBody::message)
            .filter(text -> !text.isBlank())
            .map(text -> ": " + ForeignText.beginning(text.strip(), MESSAGE_CODE_POINTS))
            .orElse("");
    String ranks =
        body.flatMap(AnswerBody::ranks)
            .map(list -> "; what it lists does not count: " + Counted.of(list.size(), "rank"))
            .orElse("");
    return Optional.of(
        LiveProblem.of(
            LiveProblemKind.UNREACHABLE,
            HttpStatus.cause(fetched.status(), fetched.secret()),
            HttpStatus.sentence(fetched.status(), fetched.spec().endpoint()) + said + ranks));
  }

  /** The release, as far as the form of the answer tells it. */
  private static Optional<String> version(LiveSpec spec, AnswerBody body) {
    if (spec.endpoint().kind() == EndpointKind.VLLM) {
      return Optional.empty();
    }
    Optional<Entry> first =
        body.ranks().flatMap(ranks -> ranks.stream().flatMap(Optional::stream).findFirst());
    return first
        .filter(entry -> entry.form() != InfoForm.ABSENT)
        .map(
            entry -> {
              if (entry.form() == InfoForm.LIST) {
                return "0.5.23 or newer";
              }
              return entry.digest().isPresent() ? "0.5.13 to 0.5.22" : "0.5.12";
            });
  }

  private static LiveAnswer unknown(FetchedAnswer fetched, LiveProblem problem) {
    Endpoint endpoint = fetched.spec().endpoint();
    return new LiveAnswer(
        fetched.spec(),
        fetched.at(),
        TensorDigest.of(endpoint.kind()),
        Optional.empty(),
        ExpectedRanks.unknown(fetched.spec(), problem.detail()),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        List.of(problem));
  }
}
