package io.shardsum.hosts;

import io.shardsum.exit.UsageException;
import io.shardsum.io.ThisHost;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.SparkSession;

/** Asks every executor on which host it is. */
final class RollCall {

  private static final String PATIENCE = "spark.scheduler.maxRegisteredResourcesWaitingTime";
  private static final String PATIENCE_DEFAULT = "30s";
  private static final int PAUSE_MILLIS = 50;

  /** What a host answers. */
  private record Answer(ArrayList<String> names) implements Serializable {}

  private record Names() implements PlacedWork.Work<Answer> {
    @Override
    public Answer run(Configuration hadoopConf) {
      return new Answer(new ArrayList<>(ExecutorHost.names().names()));
    }
  }

  private final SparkSession session;
  private final Map<String, ThisHost> names = new HashMap<>();

  RollCall(SparkSession session) {
    this.session = session;
  }

  /**
   * Where executors are. Waits for those that are still to come, as long as Spark would.
   *
   * @param wanted hosts, as a description names them
   * @return how Spark calls them, by these names; a host without an executor is not in it
   * @throws UsageException if two hosts have one name
   */
  Map<String, String> places(List<String> wanted) {
    long patience =
        JavaUtils.timeStringAsMs(session.sparkContext().getConf().get(PATIENCE, PATIENCE_DEFAULT));
    long begin = System.nanoTime();
    Map<String, String> places = Map.of();
    while (true) {
      if (ask(PresentHosts.of(session))) {
        places = matched(wanted);
      }
      boolean waited = Duration.ofNanos(System.nanoTime() - begin).toMillis() >= patience;
      if (places.size() == wanted.size() || waited || session.sparkContext().isLocal()) {
        return places;
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while executors started", e);
    }
  }

  /** Asks those that have not answered yet; false if there are none. */
  private boolean ask(Set<String> present) {
    List<String> unasked = present.stream().filter(host -> !names.containsKey(host)).toList();
    if (unasked.isEmpty()) {
      return false;
    }
    List<PlacedWork.Piece<Answer>> pieces =
        unasked.stream().map(host -> new PlacedWork.Piece<>(List.of(host), new Names())).toList();
    List<Answer> answers = PlacedWork.run(session, pieces);
    for (int index = 0; index < answers.size(); index++) {
      ThisHost answered = new ThisHost(new HashSet<>(answers.get(index).names()));
      names.put(unasked.get(index), answered);
    }
    return true;
  }

  private Map<String, String> matched(List<String> wanted) {
    Map<String, String> places = new HashMap<>();
    for (String host : wanted) {
      List<String> same =
          names.entrySet().stream()
              .filter(answer -> answer.getValue().is(host))
              .map(Map.Entry::getKey)
              .sorted()
              .toList();
      if (same.size() > 1) {
        throw new UsageException(
            "Two hosts of the cluster are called %s: %s; expected one: set %s for the executors of each"
                .formatted(host, String.join(" and ", same), ThisHost.VARIABLE));
      }
      same.forEach(place -> places.put(host, place));
    }
    return places;
  }
}
