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
import org.apache.commons.io.input.BoundedInputStream;

/** Reads what endpoints have answered, one answer at a time, and judges each alone. */
public final class AnswerReader {

  static final String CANNOT = "Cannot read the answer: ";

  private static final int OK = 200;
  private static final int PATH_CODE_POINTS = 500;

  /** Reads an answer. Whatever is wrong with it is among its problems. */
  public LiveAnswer read(FetchedAnswer fetched) {
    if (fetched.failure().isPresent()) {
      return unknown(fetched, fetched.failure().get());
    }
    try {
      return fetched.status() == OK ? ofSuccess(fetched) : unknown(fetched, refusal(fetched));
    } catch (MalformedAnswerException e) {
      return unknown(fetched, LiveProblem.malformed(CANNOT + e.getMessage()));
    } catch (AnswerLimit.TooLongException e) {
      return unknown(fetched, LiveProblem.malformed(CANNOT + e.getMessage()));
    } catch (IOException e) {
      return unknown(
          fetched, LiveProblem.malformed(CANNOT + ForeignText.shown(cause(e), PATH_CODE_POINTS)));
    }
  }

  private static LiveAnswer ofSuccess(FetchedAnswer fetched)
      throws IOException, MalformedAnswerException {
    ServerWords words = beginning(fetched);
    if (words.isNoJson()) {
      throw new MalformedAnswerException("expected JSON, found " + words.found());
    }
    AnswerBody body = body(fetched);
    if (body.success().equals(Optional.of(false))) {
      return unknown(fetched, refusal(fetched, Optional.of(body), Optional.of(words)));
    }
    if (body.success().isEmpty() && body.ranks().isEmpty()) {
      throw new MalformedAnswerException("it has no checksums: " + words.text());
    }
    return new JudgedAnswer(fetched, body, release(fetched.spec(), body)).answer();
  }

  private static String cause(IOException e) {
    String kind = e.getClass().getSimpleName();
    return e.getMessage() == null ? kind : kind + ": " + e.getMessage();
  }

  private static AnswerBody body(FetchedAnswer fetched)
      throws IOException, MalformedAnswerException {
    EndpointKind kind = fetched.spec().endpoint().kind();
    try (InputStream in = opened(fetched)) {
      return AnswerParser.read(in, kind, fetched.secret());
    }
  }

  private static ServerWords beginning(FetchedAnswer fetched) throws IOException {
    try (InputStream in = opened(fetched)) {
      return ServerWords.of(in, fetched.secret());
    }
  }

  private static InputStream opened(FetchedAnswer fetched) throws IOException {
    AnswerLimit limit = AnswerLimit.of(fetched.spec());
    // What is packed can be much longer than it came. The stream acts where it reaches its maximum.
    return BoundedInputStream.builder()
        .setInputStream(unpacked(fetched.body().orElseThrow(), fetched.encoding()))
        .setMaxCount(limit.bytes() + 1)
        .setOnMaxCount(
            (most, read) -> {
              throw limit.exceeded();
            })
        .get();
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

  /** Why an answer of another status does not count, in the words of the server. */
  private static LiveProblem refusal(FetchedAnswer fetched) {
    Optional<AnswerBody> body = Optional.empty();
    Optional<ServerWords> words = Optional.empty();
    try {
      words = Optional.of(beginning(fetched));
      body = Optional.of(body(fetched));
    } catch (IOException | MalformedAnswerException e) {
      // Then it is no answer, and its beginning says more than what is wrong with it.
    }
    return refusal(fetched, body, words);
  }

  /** An answer does not count whatever ranks it holds: a part may be passed as the whole. */
  private static LiveProblem refusal(
      FetchedAnswer fetched, Optional<AnswerBody> body, Optional<ServerWords> words) {
    Optional<Integer> ranks = body.flatMap(AnswerBody::ranks).map(List::size);
    Optional<ServerWords> said =
        body.flatMap(AnswerBody::message)
            .filter(text -> !text.isBlank())
            .map(ServerWords::ofMessage)
            .or(() -> ranks.isPresent() ? Optional.empty() : words);
    return LiveProblem.of(
        LiveProblemKind.UNREACHABLE,
        HttpStatus.cause(fetched.status(), fetched.secret()),
        HttpStatus.sentence(fetched, said)
            + ranks
                .map(count -> "; its answer is not used: " + Counted.of(count, "rank"))
                .orElse(""));
  }

  /** The release, as far as the form of the answer tells it. */
  private static Optional<AnsweredRelease> release(LiveSpec spec, AnswerBody body) {
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
                return AnsweredRelease.SGLANG_0_5_23;
              }
              return entry.digest().isPresent()
                  ? AnsweredRelease.SGLANG_0_5_13
                  : AnsweredRelease.SGLANG_0_5_12;
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
