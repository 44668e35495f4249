package io.shardsum.live;

import io.shardsum.fleet.Endpoint;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.live.ConnectionFailure.Again;
import io.shardsum.live.FetchedAnswer.Encoding;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Asks running engines for their checksums, many at once, and keeps each answer in a file. Only so
 * many are asked at the same time on one host; memory does not grow with their number.
 */
public final class EndpointCollector implements AutoCloseable {

  /** How many are asked at once. */
  static final int MOST_AT_ONCE = 128;

  /** How many are asked at once on one host. */
  static final int MOST_AT_ONCE_OF_A_HOST = 16;

  private static final int THREADS = 4;
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final int OK = 200;
  private static final int PATH_CODE_POINTS = 500;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          work -> {
            Thread thread = new Thread(work, "live-answers");
            thread.setDaemon(true);
            return thread;
          });
  private final TrustedClients clients = new TrustedClients(threads);
  private final Turns turns = new Turns(MOST_AT_ONCE, MOST_AT_ONCE_OF_A_HOST, threads);
  private final AtomicInteger files = new AtomicInteger();
  private final Path directory;
  private final UnaryOperator<String> environment;

  /**
   * A collector.
   *
   * @param directory an empty one, for the answers
   * @param environment the value of an environment variable, or null: where keys come from
   */
  public EndpointCollector(Path directory, UnaryOperator<String> environment) {
    this.directory = directory;
    this.environment = environment;
  }

  /**
   * Asks all of these; the answers are complete when the last one is there, in the order of the
   * engines.
   */
  public CompletableFuture<List<FetchedAnswer>> collect(List<LiveSpec> engines) {
    List<CompletableFuture<FetchedAnswer>> answers = new ArrayList<>();
    for (LiveSpec engine : engines) {
      answers.add(fetch(engine));
    }
    return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
        .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
  }

  private CompletableFuture<FetchedAnswer> fetch(LiveSpec spec) {
    Endpoint.At at = spec.endpoint().at();
    if (at instanceof Endpoint.SavedAnswer saved) {
      return CompletableFuture.completedFuture(saved(spec, saved.file()));
    }
    Endpoint.Server server = (Endpoint.Server) at;
    Secret secret = Secret.NONE;
    if (server.apiKeyEnv().isPresent()) {
      String name = server.apiKeyEnv().get();
      String key = environment.apply(name);
      if (key == null || key.isEmpty()) {
        return unasked(spec, "the environment variable %s is not set".formatted(name));
      }
      secret = Secret.of(key);
      if (!secret.fitsAHeader()) {
        return unasked(
            spec,
            "the environment variable %s does not hold a usable key: expected ASCII without spaces"
                .formatted(name));
      }
    }
    HttpClient client;
    try {
      client = clients.client(server.caFile());
    } catch (IOException e) {
      return unasked(spec, "ca_file " + cannotRead(server.caFile().orElseThrow(), e));
    }
    Asking asking = new Asking(spec, server, secret, client);
    return turns.take(server.url().getHost(), asking::result);
  }

  private static CompletableFuture<FetchedAnswer> unasked(LiveSpec spec, String detail) {
    LiveProblem problem =
        LiveProblem.of(
            LiveProblemKind.UNREACHABLE,
            "a file or variable that the description names is missing here",
            detail);
    return CompletableFuture.completedFuture(FetchedAnswer.failed(spec, Instant.now(), problem));
  }

  private static String cannotRead(Path file, IOException e) {
    String why = e instanceof NoSuchFileException ? "no such file" : String.valueOf(e.getMessage());
    return ForeignText.shown("%s cannot be read: %s".formatted(file, why), PATH_CODE_POINTS);
  }

  private static FetchedAnswer saved(LiveSpec spec, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] begin = in.readNBytes(2);
      boolean gzipped = begin.length == 2 && begin[0] == 0x1F && begin[1] == (byte) 0x8B;
      return FetchedAnswer.of(
          spec,
          Files.getLastModifiedTime(file).toInstant(),
          file,
          OK,
          Optional.empty(),
          gzipped ? Encoding.GZIP : Encoding.PLAIN,
          Secret.NONE);
    } catch (IOException e) {
      LiveProblem problem =
          LiveProblem.of(
              LiveProblemKind.UNREACHABLE,
              "no answer was saved there",
              "the saved answer " + cannotRead(file, e));
      return FetchedAnswer.failed(spec, Instant.now(), problem);
    }
  }

  /** One engine being asked, again if need be. */
  private final class Asking {
    private final LiveSpec spec;
    private final Endpoint.Server server;
    private final Secret secret;
    private final HttpClient client;
    private final Path file;
    private final CompletableFuture<FetchedAnswer> result = new CompletableFuture<>();
    private int before;

    Asking(LiveSpec spec, Endpoint.Server server, Secret secret, HttpClient client) {
      this.spec = spec;
      this.server = server;
      this.secret = secret;
      this.client = client;
      this.file = directory.resolve(files.getAndIncrement() + ".answer");
    }

    CompletableFuture<FetchedAnswer> result() {
      ask();
      return result;
    }

    private void ask() {
      HttpRequest request = ChecksumRequest.of(spec, server, secret);
      AnswerLimit limit = AnswerLimit.of(spec);
      CompletableFuture<HttpResponse<Path>> exchange =
          client.sendAsync(request, info -> new SpooledBody(file, limit));
      CompletableFuture<?> unused =
          exchange
              .copy()
              .orTimeout(spec.endpoint().timeout().toMillis(), TimeUnit.MILLISECONDS)
              .whenCompleteAsync(
                  (response, failure) -> {
                    if (failure == null) {
                      answered(response);
                    } else {
                      exchange.cancel(true);
                      failed(ConnectionFailure.of(failure, spec.endpoint(), secret));
                    }
                  },
                  threads);
    }

    private void answered(HttpResponse<Path> response) {
      int status = response.statusCode();
      if (isPassing(status) && before < spec.endpoint().retries()) {
        askAgain();
        return;
      }
      String encoding = response.headers().firstValue("Content-Encoding").orElse("identity");
      switch (encoding.toLowerCase(Locale.ROOT)) {
        case "identity" -> complete(response, Encoding.PLAIN);
        case "gzip" -> complete(response, Encoding.GZIP);
        default ->
            complete(
                LiveProblem.malformed(
                    "the answer has a content encoding that was not asked for: "
                        + ForeignText.shown(secret.blotted(encoding), PATH_CODE_POINTS)));
      }
    }

    private void failed(ConnectionFailure why) {
      if (why.again() == Again.SENSIBLE && before < spec.endpoint().retries()) {
        askAgain();
      } else {
        complete(why.problem());
      }
    }

    private void askAgain() {
      long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << before);
      before++;
      CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, threads).execute(this::ask);
    }

    private void complete(HttpResponse<Path> response, Encoding encoding) {
      result.complete(
          FetchedAnswer.of(
              spec,
              Instant.now(),
              response.body(),
              response.statusCode(),
              response.headers().firstValue("Location"),
              encoding,
              secret));
    }

    private void complete(LiveProblem problem) {
      result.complete(FetchedAnswer.failed(spec, Instant.now(), problem));
    }
  }

  /** Of a server, or a proxy before it, that may be up again in a moment. */
  private static boolean isPassing(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
  }

  /** Gives up what is still being asked. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
