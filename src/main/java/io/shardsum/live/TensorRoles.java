package io.shardsum.live;

import io.shardsum.live.AnswerBody.Entry;
import io.shardsum.live.AnswerBody.Info;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tensors of a rank by the role that their keys begin with. Since 0.5.23 the roles are listed;
 * releases before know one draft, {@code draft}.
 */
final class TensorRoles {

  private static final String TARGET = "target";
  private static final String ONE_DRAFT = "draft";

  private final Entry entry;
  private final List<String> drafts;

  TensorRoles(Entry entry) {
    this.entry = entry;
    this.drafts =
        switch (entry.form()) {
          case OBJECT -> List.of(ONE_DRAFT);
          case LIST ->
              entry.parallelism().stream()
                  .map(Info::role)
                  .flatMap(Optional::stream)
                  .filter(role -> !role.equals(TARGET))
                  .toList();
          case ABSENT -> List.of();
        };
  }

  List<LiveTensor> tensors() {
    List<LiveTensor> tensors = new ArrayList<>(entry.checksums().size());
    entry.checksums().forEach((key, checksum) -> tensors.add(tensor(key, checksum)));
    return tensors;
  }

  private LiveTensor tensor(String key, String checksum) {
    for (String draft : drafts) {
      if (key.startsWith(draft + ".")) {
        return new LiveTensor(draft, key.substring(draft.length() + 1), key, checksum);
      }
    }
    return new LiveTensor(TARGET, key, key, checksum);
  }
}
