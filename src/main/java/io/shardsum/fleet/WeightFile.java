package io.shardsum.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Which files hold weights: by their names, and where a name can mean anything, by their head. */
final class WeightFile {
  /** Ending of the files in SGLang's presharded dumps. */
  static final String PRESHARDED = ".safetensor";

  private static final List<String> BY_NAME =
      List.of(ShardPattern.SUFFIX, PRESHARDED, ".pth", ".gguf");
  private static final List<String> BY_HEAD = List.of(".pt", ".bin");
  private static final Pattern STATE_OF_TRAINING =
      Pattern.compile("(training_args|optimizer|scheduler|rng_state).*\\.(bin|pth?)");

  private static final int HEAD_BYTES = 9;
  private static final int PICKLE = 0x80;
  private static final int NEWEST_PICKLE = 5;

  private WeightFile() {}

  /** Whether a file of that name may hold weights. */
  static boolean mayBe(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return (ends(last, BY_NAME) || ends(last, BY_HEAD))
        && !last.startsWith(".")
        && !STATE_OF_TRAINING.matcher(last).matches();
  }

  private static boolean ends(String name, List<String> endings) {
    return endings.stream().anyMatch(name::endsWith);
  }

  /**
   * Whether a file holds weights; one that cannot be read does.
   *
   * @param file whose name {@link #mayBe}
   */
  static boolean holdsWeights(FoundFile file, Configuration conf) {
    if (ends(file.name().toLowerCase(Locale.ROOT), BY_NAME)) {
      return true;
    }
    Path path = new Path(file.path());
    try (InputStream in = path.getFileSystem(conf).open(path)) {
      return isHeadOfWeights(in.readNBytes(HEAD_BYTES));
    } catch (IOException | RuntimeException e) {
      return true;
    }
  }

  /** A zip or a pickle (PyTorch's), GGUF, or safetensors under another name. */
  private static boolean isHeadOfWeights(byte[] head) {
    if (head.length < 4) {
      return false;
    }
    boolean zip = head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    boolean pickle =
        Byte.toUnsignedInt(head[0]) == PICKLE && head[1] > 0 && head[1] <= NEWEST_PICKLE;
    boolean gguf = head[0] == 'G' && head[1] == 'G' && head[2] == 'U' && head[3] == 'F';
    boolean safetensors = head.length == HEAD_BYTES && head[HEAD_BYTES - 1] == '{';
    return zip || pickle || gguf || safetensors;
  }
}
