package io.shardsum.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.shardsum.fleet.LiveSpec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines on the loopback address, each with another way to answer. */
class EndpointCollectorTest {

  private static final Path GOLDEN =
      Engines.GOLDEN.resolve("engines/tp2-draft/weights_checker.json");
  private static final String KEY = "sk-very-secret-0123456789";
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path root;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void close() throws Exception {
    end.countDown();
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  @Test
  void readsAnAnswerAndSendsNothingButTheRequestForChecksums() throws IOException {
    PlayedServer server = serve(PlayedServer.bytes(200, Files.readAllBytes(GOLDEN)));

    LiveAnswer answer = ask("tp: 2", "url: \"%s\", selector: all".formatted(server.url()));

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.checksum()).isEqualTo(answer.reported()).isPresent();
    assertThat(server.asked())
        .containsExactly(
            new PlayedServer.Asked(
                "POST",
                "/weights_checker",
                null,
                "{\"action\":\"checksum\",\"selector\":\"all\"}"));
  }

  @Test
  void asksVllmForNothingElse() throws IOException {
    byte[] body = Files.readAllBytes(Engines.GOLDEN.resolve("vllm/repacked-answer.json"));
    PlayedServer server = serve(PlayedServer.bytes(200, body));

    LiveAnswer answer = ask("tp: 2", "kind: vllm, url: \"%s/\"".formatted(server.url()));

    assertThat(answer.ranks()).hasSize(2).allMatch(LiveRank::isKnown);
    assertThat(server.asked())
        .containsExactly(
            new PlayedServer.Asked("POST", "/weight_checker", null, "{\"action\":\"checksum\"}"));
  }

  @Test
  void unpacksGzip() throws IOException {
    byte[] packed = PlayedServer.gzip(Files.readAllBytes(GOLDEN));
    PlayedServer server =
        serve(
            exchange -> {
              exchange.getResponseHeaders().set("Content-Encoding", "gzip");
              PlayedServer.bytes(200, packed).answer(exchange);
            });

    assertThat(ask("tp: 2", url(server)).problems()).isEmpty();
  }

  @Test
  void sendsTheKeyOfTheEnvironmentAndBlotsItWhereTheServerRepeatsIt() {
    PlayedServer server =
        serve(
            exchange ->
                PlayedServer.text(
                        400,
                        "{\"success\": false, \"message\": \"bad key %s\"}"
                            .formatted(exchange.getRequestHeaders().getFirst("Authorization")))
                    .answer(exchange));

    LiveAnswer answer = ask("tp: 1", url(server) + ", api_key_env: ENGINE_KEY");

    assertThat(server.asked().get(0).authorization()).isEqualTo("Bearer " + KEY);
    unreachable(answer, "/weights_checker answered with status 400: bad key Bearer ***");
    assertThat(answer.toString()).doesNotContain(KEY);
  }

  @Test
  void blotsTheKeyInNamesAndUnknownFields() {
    PlayedServer server =
        serve(
            PlayedServer.text(
                200,
                "{\"success\": true, \"key\": [\"%1$s\"], \"ranks\": [{\"checksums\": {\"%1$s\": \"00000000000000aa\"}, \"parallelism_info\": {\"tp_rank\": 0}}]}"
                    .formatted(KEY)));

    LiveAnswer answer = ask("tp: 1", url(server) + ", api_key_env: ENGINE_KEY");

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.otherFields()).containsEntry("key", "[\"***\"]");
    assertThat(answer.toString()).doesNotContain(KEY);
  }

  /** In a page, as text, in an address, cut in the middle, or written as in JSON. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html><title>no: %s</title></html>",
        "no: %s",
        "{\"detail\": {\"header\": \"%s\"}}",
        "{\"error\": {\"message\": \"%s\"}}",
        "{\"message\": \"cut %s"
      })
  void blotsTheKeyInWhateverBodyRepeatsIt(String body) {
    PlayedServer server = serve(PlayedServer.text(403, body.formatted(KEY)));

    LiveAnswer answer = ask("tp: 1", url(server) + ", api_key_env: ENGINE_KEY");

    assertThat(answer.problems().get(0).detail()).contains("***");
    assertThat(answer.toString()).doesNotContain(KEY);
  }

  @Test
  void blotsTheKeyWhereALongBodyIsCut() {
    String half = KEY.substring(0, KEY.length() - 1);
    PlayedServer page =
        serve(
            PlayedServer.text(
                500, "<p>" + " ".repeat((64 << 10) - half.length() - 3) + KEY + "</p>"));
    PlayedServer field =
        serve(
            PlayedServer.text(
                200,
                "{\"success\": true, \"ranks\": [], \"more\": \"%s%s\"}"
                    .formatted("x".repeat(4_095 - half.length()), KEY)));

    assertThat(ask("tp: 1", url(page) + ", api_key_env: ENGINE_KEY").toString())
        .doesNotContain("sk-very");
    assertThat(ask("tp: 1", url(field) + ", api_key_env: ENGINE_KEY").toString())
        .contains("xxx")
        .doesNotContain("sk-very");
  }

  @Test
  void blotsTheKeyInTheAddressOfARedirectAndSaysWhereThereIsNone() {
    PlayedServer server =
        serve(
            exchange -> {
              exchange.getResponseHeaders().set("Location", "/login?token=" + KEY);
              exchange.sendResponseHeaders(302, -1);
            });
    PlayedServer nowhere = serve(PlayedServer.text(302, ""));

    unreachable(
        ask("tp: 1", url(server) + ", api_key_env: ENGINE_KEY"),
        "/weights_checker answered with status 302: it redirects to /login?token=***");
    unreachable(
        ask("tp: 1", url(nowhere)),
        "/weights_checker answered with status 302, a redirect without an address");
  }

  @Test
  void asksNobodyWithoutTheKeyThatIsNamed() {
    PlayedServer server = serve(PlayedServer.text(200, "{}"));

    LiveAnswer answer = ask("tp: 1", url(server) + ", api_key_env: NOT_SET");

    unreachable(answer, "the environment variable NOT_SET is not set");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void asksNobodyWithAKeyThatBreaksTheHeader() {
    PlayedServer server = serve(PlayedServer.text(200, "{}"));

    LiveAnswer answer = ask("tp: 1", url(server) + ", api_key_env: BROKEN_KEY");

    unreachable(
        answer,
        "the environment variable BROKEN_KEY does not hold a usable key: expected ASCII without"
            + " spaces");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void saysThatTheServerWantsAKey() {
    LiveAnswer answer =
        ask("tp: 1", url(serve(PlayedServer.text(401, "{\"error\":\"Unauthorized\"}"))));

    unreachable(
        answer,
        "/weights_checker answered with status 401: Unauthorized; it wants a key: api_key_env names the"
            + " environment variable that holds it");
    assertThat(answer.problems().get(0).cause())
        .isEqualTo("the server wants a key, and api_key_env names none");
  }

  @Test
  void doesNotAskAgainAfterAFailureOfTheEngine() {
    PlayedServer server = serve(PlayedServer.text(500, "Internal Server Error"));

    unreachable(
        ask("tp: 1", url(server)),
        "/weights_checker answered with status 500: Internal Server Error");
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void asksAgainWhereAServerIsNotUpYet() throws IOException {
    AtomicInteger times = new AtomicInteger();
    byte[] body = Files.readAllBytes(GOLDEN);
    PlayedServer server =
        serve(
            exchange -> {
              if (times.getAndIncrement() == 0) {
                PlayedServer.text(503, "starting").answer(exchange);
              } else {
                PlayedServer.bytes(200, body).answer(exchange);
              }
            });

    assertThat(ask("tp: 2", url(server)).problems()).isEmpty();
    assertThat(times).hasValue(2);
  }

  @Test
  void saysThatThereIsNoWeightChecker() {
    PlayedServer server = serve(PlayedServer.text(404, "{\"detail\":\"Not Found\"}"));

    unreachable(
        ask("tp: 1", "kind: vllm, " + url(server)),
        "/weight_checker answered with status 404: Not Found; vLLM answers there only with"
            + " VLLM_SERVER_DEV_MODE=1");
  }

  @Test
  void takesNoPageForAnAnswer() {
    PlayedServer server = serve(PlayedServer.text(200, "<html>Welcome to nginx</html>"));

    LiveAnswer answer = ask("tp: 1", url(server));

    assertThat(answer.problems().get(0).kind()).isEqualTo(LiveProblemKind.MALFORMED_ANSWER);
    assertThat(answer.problems().get(0).detail())
        .isEqualTo("Cannot read the answer: expected JSON, found an HTML page: Welcome to nginx");
  }

  @Test
  void followsNoRedirect() {
    PlayedServer other = serve(PlayedServer.text(200, "{}"));
    PlayedServer server =
        serve(
            exchange -> {
              exchange.getResponseHeaders().set("Location", other.url() + "/weights_checker");
              exchange.sendResponseHeaders(307, -1);
            });

    LiveAnswer answer = ask("tp: 1", url(server) + ", api_key_env: ENGINE_KEY");

    unreachable(
        answer,
        "/weights_checker answered with status 307: it redirects to %s/weights_checker"
            .formatted(other.url()));
    assertThat(answer.problems().get(0).cause())
        .isEqualTo("the server redirects to another address, and Shardsum does not follow");
    assertThat(other.asked()).isEmpty();
  }

  @Test
  void givesUpAnEngineThatDoesNotAnswerInTime() {
    PlayedServer server = serve(exchange -> waitForTheEnd());

    unreachable(ask("tp: 1", url(server) + ", timeout: 300ms"), "no complete answer within 0.3 s");
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void givesUpAnEngineThatHangsInTheMiddleOfItsAnswer() {
    PlayedServer server =
        serve(
            exchange -> {
              exchange.sendResponseHeaders(200, 1_000);
              exchange
                  .getResponseBody()
                  .write("{\"success\": true,".getBytes(StandardCharsets.UTF_8));
              exchange.getResponseBody().flush();
              waitForTheEnd();
            });

    unreachable(ask("tp: 1", url(server) + ", timeout: 300ms"), "no complete answer within 0.3 s");
  }

  @Test
  void saysThatAnAnswerWasCut() throws IOException {
    int port =
        raw(
            out ->
                out.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"success\": true, "
                        .getBytes(StandardCharsets.UTF_8)));

    LiveAnswer answer = ask("tp: 1", "url: \"http://127.0.0.1:%s\", retries: 0".formatted(port));

    assertThat(answer.problems().get(0).detail()).startsWith("the answer broke off");
    assertThat(answer.problems().get(0).kind()).isEqualTo(LiveProblemKind.UNREACHABLE);
  }

  @Test
  void saysThatAnAnswerOfUnknownLengthWasCut() throws IOException {
    int port =
        raw(
            out ->
                out.write(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"success\": true, "
                        .getBytes(StandardCharsets.UTF_8)));

    LiveAnswer answer = ask("tp: 1", "url: \"http://127.0.0.1:%s\"".formatted(port));

    assertThat(answer.problems().get(0).kind()).isEqualTo(LiveProblemKind.MALFORMED_ANSWER);
    assertThat(answer.problems().get(0).detail())
        .isEqualTo("Cannot read the answer: not JSON in success: it ends too early");
  }

  @Test
  void saysThatAConnectionWasRefused() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }

    unreachable(
        ask("tp: 1", "url: \"http://127.0.0.1:%s\", retries: 1".formatted(port)),
        "the connection was refused");
  }

  @Test
  void givesUpABodyOfThreeHundredMegabytes() throws IOException {
    PlayedServer server = serve(exchange -> writeSpaces(exchange, exchange.getResponseBody()));

    LiveAnswer answer = ask("tp: 1", url(server));

    malformed(
        answer,
        "Cannot read the answer: longer than 64MB, the limit for 1 rank ('max_answer: 256MB' in the"
            + " endpoint of the description raises it)");
  }

  @Test
  void givesUpABodyThatUnpacksToThreeHundredMegabytes() {
    PlayedServer server =
        serve(
            exchange -> {
              exchange.getResponseHeaders().set("Content-Encoding", "gzip");
              exchange.sendResponseHeaders(200, 0);
              try (OutputStream packed = new GZIPOutputStream(exchange.getResponseBody())) {
                writeSpaces(packed);
              }
            });

    malformed(
        ask("tp: 1", url(server) + ", max_answer: 1MB"),
        "Cannot read the answer: longer than 1MB, which is 'max_answer' of the endpoint");
  }

  private static void writeSpaces(HttpExchange exchange, OutputStream body) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    writeSpaces(body);
  }

  private static void writeSpaces(OutputStream body) throws IOException {
    byte[] spaces = new byte[1 << 20];
    Arrays.fill(spaces, (byte) ' ');
    for (int written = 0; written < 300; written++) {
      body.write(spaces);
    }
  }

  @Test
  void refusesAPackingThatNobodyAskedFor() {
    PlayedServer server =
        serve(
            exchange -> {
              exchange.getResponseHeaders().set("Content-Encoding", "br");
              PlayedServer.text(200, "{}").answer(exchange);
            });

    malformed(
        ask("tp: 1", url(server)), "the answer has a content encoding that was not asked for: br");
  }

  @Test
  void trustsNoCertificateThatNobodyVouchesFor() throws Exception {
    PlayedServer server = serveWithTls();

    LiveAnswer answer = ask("tp: 2", "url: \"https://localhost:%s\"".formatted(server.port()));

    assertThat(answer.problems().get(0).detail())
        .startsWith("no TLS connection: ")
        .endsWith("; ca_file names a file of certificates to trust");
    assertThat(answer.problems().get(0).cause())
        .isEqualTo("a certificate that is not trusted here, or no TLS at this port");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void trustsTheCertificatesOfAGivenFile() throws Exception {
    PlayedServer server = serveWithTls();
    String endpoint =
        "url: \"https://localhost:%s\", ca_file: \"%s\""
            .formatted(server.port(), root.resolve("ca.pem"));

    assertThat(ask("tp: 2", endpoint).problems()).isEmpty();
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void trustsAGivenCertificateForItsOwnHostOnly() throws Exception {
    PlayedServer server = serveWithTls();
    String endpoint =
        "url: \"https://127.0.0.1:%s\", ca_file: \"%s\""
            .formatted(server.port(), root.resolve("ca.pem"));

    assertThat(ask("tp: 2", endpoint).problems().get(0).detail()).startsWith("no TLS connection: ");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void saysThatAFileHoldsNoCertificate() throws IOException {
    Path empty = Files.createFile(root.resolve("empty.pem"));

    unreachable(
        ask("tp: 1", "url: \"https://127.0.0.1:1\", ca_file: \"%s\"".formatted(empty)),
        "ca_file " + empty + " cannot be read: it holds no certificate");
  }

  @Test
  void readsASavedAnswerPackedOrNot() throws IOException {
    Path packed = root.resolve("answer.json.gz");
    Files.write(packed, PlayedServer.gzip(Files.readAllBytes(GOLDEN)));

    LiveAnswer answer = ask("tp: 2", "file: \"%s\"".formatted(packed));

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.ranks()).isEqualTo(ask("tp: 2", "file: \"%s\"".formatted(GOLDEN)).ranks());
    assertThat(answer.fetchedAt()).isEqualTo(Files.getLastModifiedTime(packed).toInstant());
  }

  @Test
  void saysThatASavedAnswerIsNotThere() {
    unreachable(
        ask("tp: 1", "file: \"%s\"".formatted(root.resolve("no.json"))),
        "the saved answer " + root.resolve("no.json") + " cannot be read: no such file");
  }

  @Test
  void asksManyAtOnceButNotTooManyOfOneHost() throws Exception {
    int engines = 3 * EndpointCollector.MOST_AT_ONCE_OF_A_HOST;
    byte[] body = Files.readAllBytes(GOLDEN);
    CyclicBarrier together = new CyclicBarrier(EndpointCollector.MOST_AT_ONCE_OF_A_HOST);
    PlayedServer server =
        serve(
            exchange -> {
              try {
                together.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              } catch (Exception e) {
                throw new IOException(e);
              }
              PlayedServer.bytes(200, body).answer(exchange);
            });
    List<LiveSpec> specs = new ArrayList<>();
    for (int engine = 0; engine < engines; engine++) {
      specs.add(Engines.engine("e" + engine, "tp: 2", url(server)));
    }

    List<LiveAnswer> answers = ask(specs);

    assertThat(answers).hasSize(engines).allMatch(answer -> answer.problems().isEmpty());
    assertThat(answers)
        .extracting(answer -> answer.spec().engine())
        .isEqualTo(specs.stream().map(LiveSpec::engine).toList());
    assertThat(server.mostAtOnce()).isEqualTo(EndpointCollector.MOST_AT_ONCE_OF_A_HOST);
  }

  /** What 500 engines answer lies in files: memory holds no more than what is being written. */
  @Test
  void keepsTheAnswersOfFiveHundredEnginesInFiles() throws IOException {
    byte[] body = Files.readAllBytes(GOLDEN);
    List<PlayedServer> hosts = new ArrayList<>();
    List<LiveSpec> specs = new ArrayList<>();
    for (int engine = 0; engine < 500; engine++) {
      if (engine % 125 == 0) {
        hosts.add(serve(PlayedServer.bytes(200, body)));
      }
      specs.add(Engines.engine("e" + engine, "tp: 2", url(hosts.get(engine / 125))));
    }
    try (EndpointCollector collector =
        new EndpointCollector(root, EndpointCollectorTest::environment)) {
      List<FetchedAnswer> fetched = collector.collect(specs).join();

      assertThat(fetched).extracting(FetchedAnswer::spec).isEqualTo(specs);
      try (Stream<Path> files = Files.list(root)) {
        assertThat(files.toList())
            .hasSize(500)
            .allSatisfy(file -> assertThat(file).hasSize(body.length));
      }
      AnswerReader reader = new AnswerReader();
      assertThat(fetched).allMatch(answer -> reader.read(answer).problems().isEmpty());
    }
    assertThat(hosts).allMatch(host -> host.asked().size() == 125);
    assertThat(hosts)
        .allMatch(host -> host.mostAtOnce() <= EndpointCollector.MOST_AT_ONCE_OF_A_HOST);
  }

  @Test
  void isNotHeldUpByEnginesThatHang() throws IOException {
    PlayedServer hanging = serve(exchange -> waitForTheEnd());
    PlayedServer server = serve(PlayedServer.bytes(200, Files.readAllBytes(GOLDEN)));
    List<LiveSpec> specs = new ArrayList<>();
    for (int engine = 0; engine < 10; engine++) {
      specs.add(Engines.engine("h" + engine, "tp: 2", url(hanging) + ", timeout: 2s"));
    }
    specs.add(Engines.engine("e", "tp: 2", url(server)));

    List<LiveAnswer> answers = ask(specs);

    assertThat(answers.get(10).problems()).isEmpty();
    assertThat(answers.subList(0, 10))
        .allSatisfy(answer -> unreachable(answer, "no complete answer within 2 s"));
    assertThat(hanging.mostAtOnce()).isEqualTo(10);
  }

  private LiveAnswer ask(String parallelism, String endpoint) {
    return ask(List.of(Engines.engine(parallelism, endpoint))).get(0);
  }

  private List<LiveAnswer> ask(List<LiveSpec> engines) {
    try (EndpointCollector collector =
        new EndpointCollector(root, EndpointCollectorTest::environment)) {
      AnswerReader reader = new AnswerReader();
      return collector.collect(engines).join().stream().map(reader::read).toList();
    }
  }

  private static String environment(String name) {
    return switch (name) {
      case "ENGINE_KEY" -> KEY;
      case "BROKEN_KEY" -> "two words\r\nX: y";
      default -> null;
    };
  }

  private PlayedServer serve(PlayedServer.Play play) {
    PlayedServer server = PlayedServer.of(play);
    open.add(server);
    return server;
  }

  private static String url(PlayedServer server) {
    return "url: \"%s\"".formatted(server.url());
  }

  private void waitForTheEnd() throws IOException {
    try {
      end.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @FunctionalInterface
  private interface RawPlay {
    void write(OutputStream out) throws IOException;
  }

  /** A server that writes something and hangs up. */
  private int raw(RawPlay play) throws IOException {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    open.add(server);
    Thread thread =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try (Socket socket = server.accept();
                    InputStream in = socket.getInputStream();
                    OutputStream out = new BufferedOutputStream(socket.getOutputStream())) {
                  in.read(new byte[65_536]);
                  play.write(out);
                } catch (IOException e) {
                  // The test has ended, or the other side has hung up.
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server.getLocalPort();
  }

  /** With a certificate of its own for localhost, which it also writes to ca.pem. */
  private PlayedServer serveWithTls() throws Exception {
    Path store = root.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    String pem =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(keys.getCertificate("server").getEncoded());
    Files.writeString(
        root.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n" + pem + "\n-----END CERTIFICATE-----\n");
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    PlayedServer played =
        PlayedServer.on(server, PlayedServer.bytes(200, Files.readAllBytes(GOLDEN)));
    open.add(played);
    return played;
  }

  private static void unreachable(LiveAnswer answer, String detail) {
    problem(answer, LiveProblemKind.UNREACHABLE, detail);
  }

  private static void malformed(LiveAnswer answer, String detail) {
    problem(answer, LiveProblemKind.MALFORMED_ANSWER, detail);
  }

  private static void problem(LiveAnswer answer, LiveProblemKind kind, String detail) {
    assertThat(answer.problems()).extracting(LiveProblem::detail).containsExactly(detail);
    assertThat(answer.problems()).extracting(LiveProblem::kind).containsExactly(kind);
    assertThat(answer.ranks()).isNotEmpty().noneMatch(LiveRank::isKnown);
  }
}
