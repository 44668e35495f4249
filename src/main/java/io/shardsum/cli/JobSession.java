package io.shardsum.cli;

import io.shardsum.exit.JobFault;
import io.shardsum.hosts.HostInventory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Starts the Spark session of a command, or says in one line why there is none. */
final class JobSession {

  private static final String STANDALONE = "spark://";
  private static final Pattern ADDRESS =
      Pattern.compile("(\\[.+\\]|[^:\\[\\]]+):(\\d{1,4}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d\\d)");
  private static final int CONNECT_MILLIS = 5_000;

  /** Spark itself asks for a minute. A start takes up to 20 s where the cores are busy. */
  private static final int REGISTER_MILLIS = 40_000;

  /** Ranges that S3A reads at once it does not read again where a body was cut; others it does. */
  private static final String VECTORED_READS = "parquet.hadoop.vectored.io.enabled";

  private JobSession() {}

  /** What runs the tasks, as spark-submit has set it; empty: nothing says it. */
  static String master() {
    return new SparkConf().get("spark.master", "");
  }

  /** As {@link #start}, of which a task that must run on a host waits for that host. */
  static SparkSession startOnHosts(String appName) {
    HostInventory.WAIT_FOR_HOSTS.forEach(System.getProperties()::putIfAbsent);
    return start(appName);
  }

  /**
   * The session that is there, or a new one, which ends with the process.
   *
   * @throws JobFault if Spark cannot start
   */
  static SparkSession start(String appName) {
    String master = master();
    if (master.startsWith("local")) {
      // A task without memory would end this process, and nobody would say why: the task fails.
      System.getProperties().putIfAbsent("spark.executor.killOnFatalError.depth", "0");
    }
    if (!master.startsWith(STANDALONE)) {
      return started(appName, master);
    }
    requireReachable(master);
    Thread starting = Thread.currentThread();
    Timer timer = new Timer(true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            starting.interrupt();
          }
        },
        REGISTER_MILLIS);
    try {
      return started(appName, master);
    } finally {
      timer.cancel();
      Thread.interrupted(); // the timer may have been quicker by a moment
    }
  }

  private static SparkSession started(String appName, String master) {
    try {
      SparkSession session = SparkSession.builder().appName(appName).getOrCreate();
      session.sparkContext().hadoopConfiguration().setIfUnset(VECTORED_READS, "false");
      return session;
    } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
      if (e instanceof InterruptedException) {
        throw fault(master, "no master of Spark 4.1 answers there", e);
      }
      throw fault(master, firstLine(e), e);
    }
  }

  /** Of several masters one is enough: the others stand by. */
  private static void requireReachable(String master) {
    List<String> reasons = new ArrayList<>();
    for (String address : master.substring(STANDALONE.length()).split(",", -1)) {
      try {
        connect(address);
        return;
      } catch (IOException e) {
        reasons.add(address + ": " + e.getMessage());
      }
    }
    throw fault(master, String.join("; ", reasons), null);
  }

  private static void connect(String address) throws IOException {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches()) {
      throw new IOException("expected HOST:PORT");
    }
    InetSocketAddress resolved =
        new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2)));
    if (resolved.isUnresolved()) {
      throw new IOException("no such host");
    }
    try (Socket socket = new Socket()) {
      socket.connect(resolved, CONNECT_MILLIS);
    }
  }

  private static JobFault fault(String master, String why, Exception cause) {
    return new JobFault(
        "Cannot start Spark with master %s: %s"
            .formatted(TerminalText.line(master), TerminalText.line(why)),
        cause);
  }

  /** The innermost cause says most. */
  private static String firstLine(Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.lines().findFirst().orElse(cause.toString());
  }
}
