import Dissection
import NIOCore
import NIOHTTP1
import NIOPosix
import Reporting
import Synchronization

/// Serves metrics over HTTP, on a thread of its own; that is started after privileges were given up,
/// and has what is left (see `LiveInput`).
///
/// A request is answered from what was published last, and costs the capture nothing.
final class MetricsServer: Sendable {
  /// How long a client may say nothing.
  private static let patience = TimeAmount.seconds(60)
  /// Who connects beyond these waits.
  private static let backlog: Int32 = 64

  private let published = Mutex<[MetricFamily]>([])

  /// Listens, from now on until the process ends.
  init(listener: Dissection.SocketAddress) throws {
    var output = OutputBuffer()
    output.append(listener.address)
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
      .serverChannelOption(.backlog, value: Self.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline()
          try pipeline.addHandler(IdleStateHandler(allTimeout: Self.patience))
          try pipeline.addHandler(MetricsHandler(server: self))
        }
      }
    do {
      _ = try bootstrap.bind(host: output.text, port: Int(listener.port)).wait()
    } catch {
      var output = OutputBuffer()
      output.append(listener)
      throw OutputFailure.system("cannot serve metrics on \(output.text): \(Self.reason(error))")
    }
  }

  /// Replaces what is served.
  func publish(_ families: [MetricFamily]) { published.withLock { $0 = families } }

  /// What is served, and of which media type, for a client that accepts some media types.
  func answer(accepting mediaTypes: String?) -> (mediaType: String, text: String) {
    let form = MetricsText(accepting: mediaTypes)
    return (form.mediaType, form.text(published.withLock { $0 }))
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return SystemWords.reason(error.errnoCode)
  }
}
