# Interrupted series of make_series_input.py by nlme, sandwich, lmtest and metafor, and by programs of published
# formulas where R has none (Prais-Winsten, Satterthwaite, gaps from a forecast).
# usage: Rscript make_series_references.R INDIR OUTDIR
#   reads INDIR/series_input.csv, writes OUTDIR/series_expected.csv: series, fit, kind, term, value, std_error, df
suppressPackageStartupMessages({library(nlme); library(sandwich); library(lmtest); library(metafor)})
arguments <- commandArgs(TRUE)
stopifnot(length(arguments) == 2)
input <- read.csv(file.path(arguments[1], "series_input.csv"))

# interruptions per series: name = c(start, end); an end makes an episode with a change after it
starts <- list(short8 = list(a = 4), short8_known = list(a = 4), twelve = list(a = 6), gaps = list(a = 2015),
               irregular = list(a = 2020.2), irregular_known = list(a = 2020.2), two24 = list(a = 10, b = c(17, 20)),
               covariate24 = list(a = 12), known40 = list(a = 20), season40 = list(a = 22), walk40 = list(a = 20),
               alternating24 = list(a = 12))

rows <- list()
add <- function(series, fit, kind, term, value, std_error = NA, df = NA)
  rows[[length(rows) + 1]] <<- data.frame(series, fit, kind, term, value = unname(value), std_error = unname(std_error), df = unname(df))
add_table <- function(series, fit, b, v, df) {
  df <- rep_len(df, length(b))
  for (i in seq_along(b)) add(series, fit, "coefficient", names(b)[i], b[i], sqrt(v[i, i]), df[i])
}

design <- function(d, name) {
  t <- d$wave
  x <- cbind(intercept = 1, trend = t - t[1])
  if (name == "season40") for (k in 1) {
    x <- cbind(x, sin(2 * pi * k * t / 4), cos(2 * pi * k * t / 4))
    colnames(x)[ncol(x) - 1:0] <- paste(c("sin", "cos"), k)
  }
  if (!all(is.na(d$mode))) x <- cbind(x, mode = d$mode)
  for (one in names(starts[[name]])) {
    span <- starts[[name]][[one]]
    episode <- length(span) == 2
    end <- if (episode) span[2] else Inf
    pieces <- list(c(span[1], end, if (episode) "during" else "change"))
    if (episode) pieces <- c(pieces, list(c(end, Inf, "after")))
    for (p in pieces) {
      from <- as.numeric(p[1]); to <- as.numeric(p[2])
      on <- as.numeric(t >= from & t < to)
      x <- cbind(x, on, on * (t - from))
      colnames(x)[ncol(x) - 1:0] <- paste0(one, ": ", c("level ", "slope "), p[3])
    }
  }
  x
}

# full restricted log likelihood of y = X b + process + known errors; th = (log variance, phi)
correlation <- function(t, phi) { d <- abs(outer(t, t, "-")); ifelse(d == 0, 1, if (phi >= 0) phi^d else (-1)^d * abs(phi)^d) }
likelihood <- function(th, x, y, t, known) {
  v <- exp(th[1]) * correlation(t, th[2]) + diag(known, length(y))
  l <- tryCatch(chol(v), error = function(e) NULL)
  if (is.null(l)) return(-1e10)
  xs <- backsolve(l, x, transpose = TRUE); ys <- backsolve(l, y, transpose = TRUE)
  q <- qr(xs); r <- qr.resid(q, ys)
  -0.5 * ((length(y) - ncol(x)) * log(2 * pi) + 2 * sum(log(diag(l))) + 2 * sum(log(abs(diag(qr.R(q))))) -
            2 * sum(log(abs(diag(qr.R(qr(x)))))) + sum(r^2))
}
variance_at <- function(th, x, t, known) solve(t(x) %*% solve(exp(th[1]) * correlation(t, th[2]) + diag(known, length(t)), x))
satterthwaite <- function(th, x, y, t, known) {
  step <- c(1e-4, 1e-4 * (1 - th[2]^2))
  at <- function(a, b) -likelihood(th + c(a, b) * step, x, y, t, known)
  second <- function(f, i, j) {  # fourth-order differences
    w <- c(1, -8, 8, -1) / 12; s <- c(-2, -1, 1, 2); total <- 0
    for (m in 1:4) for (n in 1:4) total <- total + w[m] * w[n] * f(s[m] * (i == 1) + s[n] * (j == 1), s[m] * (i == 2) + s[n] * (j == 2))
    total / (step[i] * step[j])
  }
  h <- matrix(c(second(at, 1, 1), second(at, 1, 2), second(at, 1, 2), second(at, 2, 2)), 2)
  w <- solve(h)
  g <- lapply(1:2, function(j) {
    e <- numeric(2); e[j] <- step[j]
    (variance_at(th - 2 * e, x, t, known) - 8 * variance_at(th - e, x, t, known) + 8 * variance_at(th + e, x, t, known) - variance_at(th + 2 * e, x, t, known)) / (12 * step[j])
  })
  v <- diag(variance_at(th, x, t, known))
  sapply(seq_along(v), function(i) { gi <- c(g[[1]][i, i], g[[2]][i, i]); 2 * v[i]^2 / drop(gi %*% w %*% gi) })
}
maximum <- function(x, y, t, known, negative) {
  scale <- log(sum(lm.fit(x, y)$residuals^2) / (length(y) - ncol(x)))
  link <- if (negative) tanh else plogis
  objective <- function(p) -likelihood(c(p[1], link(p[2])), x, y, t, known)
  best <- NULL
  for (start in c(-2, -1, 0, 1, 2)) for (shrink in c(0, -1, -2)) {
    found <- optim(c(scale + shrink, start), objective, control = list(reltol = 1e-15, maxit = 5000))
    for (again in 1:3) found <- optim(found$par, objective, control = list(reltol = 1e-16, maxit = 5000))
    if (is.null(best) || found$value < best$value) best <- found
  }
  found <- nlm(objective, best$par, gradtol = 1e-12, steptol = 1e-14, iterlim = 500)
  c(found$estimate[1], link(found$estimate[2]))
}

prais <- function(x, y) {
  rho <- 0
  repeat {
    m <- function(z) rbind(sqrt(1 - rho^2) * z[1, ], z[-1, , drop = FALSE] - rho * z[-nrow(z), , drop = FALSE])
    fit <- lm.fit(m(x), drop(m(cbind(y)))); e <- drop(y - x %*% fit$coefficients)
    new <- max(min(sum(e[-1] * e[-length(e)]) / sum(e[-length(e)]^2), 0.9999), -0.9999)
    if (abs(new - rho) < 1e-13) break
    rho <- new
  }
  xs <- m(x); s2 <- sum(fit$residuals^2) / (length(y) - ncol(x))
  list(rho = rho, b = fit$coefficients, v = s2 * solve(crossprod(xs)))
}

gaps <- function(series, fit, d, before, x, known, th, df) {
  t <- d$wave - d$wave[1]; y <- d$estimate; after <- !before
  x0 <- x[before, ]; y0 <- y[before]; t0 <- t[before]; known0 <- known[before]
  x1 <- x[after, , drop = FALSE]; y1 <- y[after]; t1 <- t[after]; known1 <- known[after]; dates <- d$wave[after]
  r <- if (th[2] == 0) diag(length(t0) + length(t1)) else correlation(c(t0, t1), th[2])
  v <- exp(th[1]) * r + diag(c(known0, known1))
  a <- seq_along(t0); b <- length(t0) + seq_along(t1)
  i <- solve(v[a, a]); cov <- solve(t(x0) %*% i %*% x0); beta <- cov %*% t(x0) %*% i %*% y0
  k <- v[b, a] %*% i; e <- y0 - x0 %*% beta
  trend <- drop(y1 - x1 %*% beta); c0 <- k %*% x0 %*% cov %*% t(x1)
  vt <- v[b, b] + x1 %*% cov %*% t(x1) - c0 - t(c0)
  d <- x1 - k %*% x0; vc <- v[b, b] - k %*% t(v[b, a]) + d %*% cov %*% t(d)
  for (j in seq_along(t1)) {
    add(series, paste("gap trend", fit), "gap", format(dates[j], digits = 15), trend[j], sqrt(vt[j, j]), df)
    add(series, paste("gap conditional", fit), "gap", format(dates[j], digits = 15), (trend - drop(k %*% e))[j], sqrt(vc[j, j]), df)
  }
  add(series, paste("gap trend", fit), "mean", "", mean(trend), sqrt(sum(vt)) / length(t1), df)
  add(series, paste("gap conditional", fit), "mean", "", mean(trend - drop(k %*% e)), sqrt(sum(vc)) / length(t1), df)
}

control <- glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 1000)
for (name in names(starts)) {
  d <- input[input$series == name, ]
  x <- design(d, name); y <- d$estimate; t <- d$wave; n <- length(y); p <- ncol(x)
  known <- if (all(is.na(d$std_error))) numeric(n) else d$std_error^2
  even <- diff(range(diff(t))) < 1e-9
  grid <- all(abs(diff(t) / min(diff(t)) - round(diff(t) / min(diff(t)))) < 1e-6)
  fit <- lm(y ~ x - 1); names(fit$coefficients) <- colnames(x)
  add_table(name, "ols", coef(fit), vcov(fit), n - p)
  if (even) for (lag in c(0, 1, 3))
    add_table(name, paste("newey_west", lag), coef(fit), NeweyWest(fit, lag = lag, prewhite = FALSE, adjust = TRUE), n - p)
  if (even) {
    w <- prais(x, y); b <- w$b; names(b) <- colnames(x)
    add_table(name, "prais_winsten", b, w$v, n - p); add(name, "prais_winsten", "phi", "", w$rho)
  }
  add(name, "ols", "check", "bg1", bgtest(fit, order = 1)$statistic); add(name, "ols", "check", "bg1 p", bgtest(fit, order = 1)$p.value)
  add(name, "ols", "check", "lb1 p", Box.test(resid(fit), 1, "Ljung-Box")$p.value); add(name, "ols", "check", "dw", dwtest(fit)$statistic)
  if (any(known > 0)) {
    r <- rma(y, known, mods = x[, -1], method = "REML", test = "knha", control = list(threshold = 1e-12, maxiter = 1000))
    b <- drop(coef(r)); names(b) <- colnames(x)
    add_table(name, "random_effects", b, vcov(r), n - p); add(name, "random_effects", "variance", "", r$tau2)
  }
  since <- t - t[1]
  if (name == "walk40") {  # the limit of phi towards 1
    l <- lm(diff(y) ~ diff(x[, -1]) - 1); names(l$coefficients) <- colnames(x)[-1]
    add_table(name, "differences", coef(l), vcov(l), n - p); add(name, "differences", "variance", "", summary(l)$sigma^2)
    next
  }
  if (n < 12) next
  if (!any(known > 0)) {
    frame <- data.frame(y, since, x)
    structure <- if (grid) corAR1(0.1, form = ~since) else corCAR1(0.3, form = ~since)
    g <- gls(y ~ x - 1, frame, correlation = structure, method = "REML", control = control)
    phi <- unname(coef(g$modelStruct$corStruct, unconstrained = FALSE))
    b <- coef(g); names(b) <- colnames(x)
    add_table(name, "nlme", b, vcov(g), NA)
    add(name, "nlme", "phi", "", phi); add(name, "nlme", "variance", "", g$sigma^2)
    add(name, "nlme", "log_likelihood", "", as.numeric(logLik(g)) + 0.5 * as.numeric(determinant(crossprod(x))$modulus))
  }
  th <- maximum(x, y, since, known, grid)
  v <- variance_at(th, x, since, known)
  i <- solve(exp(th[1]) * correlation(since, th[2]) + diag(known, n))
  b <- drop(v %*% t(x) %*% i %*% y); names(b) <- colnames(x)
  add_table(name, "reml", b, v, satterthwaite(th, x, y, since, known))
  add(name, "reml", "phi", "", th[2]); add(name, "reml", "variance", "", exp(th[1]))
  add(name, "reml", "log_likelihood", "", likelihood(th, x, y, since, known))
  if (any(known > 0)) {
    one <- rep(1, n)
    m <- rma.mv(y, known, mods = x[, -1], random = ~ since | one, struct = if (grid) "AR" else "CAR", method = "REML",
                control = list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-15, maxit = 10000))
    add(name, "metafor", "phi", "", m$rho); add(name, "metafor", "variance", "", m$tau2); add(name, "metafor", "log_likelihood", "", as.numeric(logLik(m)))
    b <- drop(coef(m)); names(b) <- colnames(x)
    add_table(name, "metafor", b, vcov(m), NA)
  }
}

# gaps of later waves from the trend before
for (name in c("gaps", "irregular", "known40", "alternating24")) {
  d <- input[input$series == name, ]; start <- starts[[name]][[1]][1]
  t <- d$wave - d$wave[1]; before <- d$wave < start; y <- d$estimate
  known <- if (all(is.na(d$std_error))) numeric(nrow(d)) else d$std_error^2
  x <- cbind(1, t); df <- sum(before) - 2
  grid <- name != "irregular"
  th <- maximum(x[before, ], y[before], t[before], known[before], grid)
  add(name, "gap reml", "phi", "", th[2])
  gaps(name, "reml", d, before, x, known, th, df)
  if (!any(known > 0)) {
    s2 <- sum(lm.fit(x[before, ], y[before])$residuals^2) / df
    gaps(name, "ols", d, before, x, known, c(log(s2), 0), df)
  }
}

table <- do.call(rbind, rows)
for (column in c("value", "std_error", "df")) table[[column]] <- ifelse(is.finite(table[[column]]), sprintf("%.17g", table[[column]]), "")
write.csv(table, file.path(arguments[2], "series_expected.csv"), row.names = FALSE, quote = FALSE)
cat("series_expected.csv", nrow(table), "rows;", R.version.string, "nlme", as.character(packageVersion("nlme")), "sandwich", as.character(packageVersion("sandwich")),
    "lmtest", as.character(packageVersion("lmtest")), "metafor", as.character(packageVersion("metafor")), "\n")
