package io.shardsum.live;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The body of an answer, written to a file as it comes; one that is too long is given up. */
final class SpooledBody implements BodySubscriber<Path> {

  private final Path file;
  private final AnswerLimit limit;
  private final CompletableFuture<Path> whole = new CompletableFuture<>();
  private Flow.Subscription subscription;
  private FileChannel channel;
  private long bytes;

  SpooledBody(Path file, AnswerLimit limit) {
    this.file = file;
    this.limit = limit;
  }

  @Override
  public CompletionStage<Path> getBody() {
    return whole;
  }

  @Override
  public void onSubscribe(Flow.Subscription toBody) {
    subscription = toBody;
    try {
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      subscription.request(1);
    } catch (IOException e) {
      giveUp(e);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    try {
      for (ByteBuffer buffer : buffers) {
        bytes += buffer.remaining();
        if (bytes > limit.bytes()) {
          throw limit.exceeded();
        }
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      subscription.request(1);
    } catch (IOException e) {
      giveUp(e);
    }
  }

  private void giveUp(IOException why) {
    subscription.cancel();
    onError(why);
  }

  @Override
  public void onError(Throwable failure) {
    close();
    whole.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    close();
    whole.complete(file);
  }

  private void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      whole.completeExceptionally(e);
    }
  }
}
