import NIOCore
import NIOHTTP1

/// Answers the requests of one client of the metrics, in the order in which they come.
///
/// It lives on the server's one event loop.
final class MetricsHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let server: MetricsServer
  /// Of the request that is being read.
  private var head: HTTPRequestHead?

  init(server: MetricsServer) { self.server = server }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    // Nobody asks with a body; it is not kept.
    case .body: break
    case .end:
      guard let head else { return }
      self.head = nil
      answer(head, context)
    }
  }

  /// The client has said nothing for too long.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  /// The client is gone, or does not speak HTTP.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    var response = HTTPResponseHead(version: head.version, status: .ok)
    var text = ""
    let path = head.uri.prefix { $0 != "?" }
    switch (path, head.method) {
    case ("/metrics", .GET), ("/metrics", .HEAD):
      let accepted = head.headers[canonicalForm: "Accept"].joined(separator: ",")
      let answer = server.answer(accepting: accepted)
      response.headers.add(name: "Content-Type", value: answer.mediaType)
      text = answer.text
    case ("/metrics", _):
      response.status = .methodNotAllowed
      response.headers.add(name: "Allow", value: "GET, HEAD")
    default: response.status = .notFound
    }
    response.headers.add(name: "Content-Length", value: "\(text.utf8.count)")
    if !head.isKeepAlive { response.headers.add(name: "Connection", value: "close") }
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    if head.method != .HEAD, !text.isEmpty {
      let body = context.channel.allocator.buffer(string: text)
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    let isLast = !head.isKeepAlive
    let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
    if isLast {
      let context = NIOLoopBound(context, eventLoop: context.eventLoop)
      written.whenComplete { _ in context.value.close(promise: nil) }
    }
  }
}
