/**
 * What running engines say of their weights: their weight checkers are asked over HTTP, and what
 * they answer is read and judged by itself. Without Spark.
 *
 * <pre>
 * LiveSpec -> EndpointCollector -> FetchedAnswer (a body in a file) -> AnswerReader -> LiveAnswer
 * </pre>
 *
 * <p>Only the action {@code checksum} is ever sent: the others change a live engine. An answer is
 * foreign: its size, its depth and its types are held to limits while it is being read, what is
 * missing is unknown, and digests over digests are computed again. Whatever goes wrong with one
 * endpoint is a {@link io.shardsum.live.LiveProblem} of its engine.
 *
 * <p>A key comes from the environment, goes into one request header, and nowhere else: text of an
 * answer that repeats it is blotted ({@link io.shardsum.live.Secret}).
 */
package io.shardsum.live;
