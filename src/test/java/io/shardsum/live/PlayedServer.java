package io.shardsum.live;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/** An HTTP server on the loopback address that plays an engine, and remembers what it was asked. */
public final class PlayedServer implements AutoCloseable {

  /** What the engine does with a request, whose body was read. */
  @FunctionalInterface
  public interface Play {
    void answer(HttpExchange exchange) throws IOException;
  }

  /** A request that came. */
  public record Asked(String method, String path, String authorization, String body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
  private final AtomicInteger now = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  private PlayedServer(HttpServer server, Play play) {
    this.server = server;
    server.createContext("/", exchange -> handle(exchange, play));
    server.setExecutor(threads);
    server.start();
  }

  /** An engine that plays that. */
  public static PlayedServer of(Play play) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return new PlayedServer(HttpServer.create(address, 1_000), play);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An engine that plays on a server of one's own. */
  static PlayedServer on(HttpServer server, Play play) {
    return new PlayedServer(server, play);
  }

  /** A status and a text. */
  public static Play text(int status, String text) {
    return bytes(status, text.getBytes(StandardCharsets.UTF_8));
  }

  static Play bytes(int status, byte[] body) {
    return exchange -> {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    };
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private void handle(HttpExchange exchange, Play play) throws IOException {
    most.accumulateAndGet(now.incrementAndGet(), Math::max);
    try (exchange) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              exchange.getRequestHeaders().getFirst("Authorization"),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      play.answer(exchange);
    } finally {
      now.decrementAndGet();
    }
  }

  /** The server's address. */
  public String url() {
    return "http://127.0.0.1:" + port();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** What it was asked, in order. */
  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** How many requests it had at the same time, at most. */
  int mostAtOnce() {
    return most.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
