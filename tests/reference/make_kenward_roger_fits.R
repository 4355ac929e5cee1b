# Fits by REML with the covariance and degrees of freedom of Kenward and Roger (1997), by an own program of the formulas
# of the paper: section 2 (REML, expected information), section 3 (adjusted covariance), section 4 (one contrast).
# usage: Rscript make_kenward_roger_fits.R INDIR OUTDIR   reads series_input.csv, writes kenward_roger_fits.csv
# The same program is compared with pbkrtest on a mixed model of lme4 first: it stops if they differ by more than 1e-6.
# Terms: intercept, trend, level, ramp. Parameters: variance of the process and phi, AR(1) per step or in continuous time.
suppressMessages({library(lme4); library(pbkrtest)})
arguments <- commandArgs(TRUE)

# covariance of the coefficients, adjusted and not, and degrees of freedom of every coefficient
adjusted <- function(x, v, first, second) {
  m <- length(first)
  vi <- solve(v)
  phi <- solve(t(x) %*% vi %*% x)
  p <- lapply(first, function(d) -t(x) %*% vi %*% d %*% vi %*% x)
  information <- matrix(0, m, m)
  for (i in 1:m) for (j in 1:m) {
    q <- t(x) %*% vi %*% first[[i]] %*% vi %*% first[[j]] %*% vi %*% x
    # twice the expected information, as printed in section 2 of the paper
    information[i, j] <- sum(diag(vi %*% first[[i]] %*% vi %*% first[[j]])) - 2 * sum(diag(phi %*% q)) +
      sum(diag(phi %*% p[[i]] %*% phi %*% p[[j]]))
  }
  w <- 2 * solve(information)
  total <- 0
  for (i in 1:m) for (j in 1:m) {
    q <- t(x) %*% vi %*% first[[i]] %*% vi %*% first[[j]] %*% vi %*% x
    r <- t(x) %*% vi %*% second[[i]][[j]] %*% vi %*% x
    total <- total + w[i, j] * (q - p[[i]] %*% phi %*% p[[j]] - r / 4)
  }
  df <- sapply(seq_len(ncol(x)), function(k) {
    l <- matrix(0, ncol(x), 1); l[k] <- 1
    theta <- l %*% solve(t(l) %*% phi %*% l) %*% t(l)
    a1 <- a2 <- 0
    for (i in 1:m) for (j in 1:m) {
      one <- theta %*% phi %*% p[[i]] %*% phi; two <- theta %*% phi %*% p[[j]] %*% phi
      a1 <- a1 + w[i, j] * sum(diag(one)) * sum(diag(two)); a2 <- a2 + w[i, j] * sum(diag(one %*% two))
    }
    b <- (a1 + 6 * a2) / 2; g <- (2 * a1 - 5 * a2) / (3 * a2)
    c1 <- g / (3 + 2 * (1 - g)); c2 <- (1 - g) / (3 + 2 * (1 - g)); c3 <- (3 - g) / (3 + 2 * (1 - g))
    e <- 1 / (1 - a2); variance <- 2 * (1 + c1 * b) / ((1 - c2 * b)^2 * (1 - c3 * b))
    rho <- variance / (2 * e^2); degrees <- 4 + 3 / (rho - 1)
    stopifnot(abs(degrees / (e * (degrees - 2)) - 1) < 1e-8)  # the scale of one contrast
    degrees
  })
  list(plain = phi, adjusted = phi + 2 * phi %*% total %*% phi, df = df)
}

# against pbkrtest: random intercepts of plots of different size
set.seed(4)
d <- data.frame(plot = factor(rep(1:9, c(2, 3, 5, 4, 3, 6, 2, 4, 3))))
d$time <- ave(seq_len(nrow(d)), d$plot, FUN = seq_along); d$y <- rnorm(nrow(d)) + rnorm(9)[d$plot] + 0.3 * d$time
fit <- lmer(y ~ time + (1 | plot), d, REML = TRUE)
x <- getME(fit, "X"); z <- as.matrix(getME(fit, "Z")); s <- as.data.frame(VarCorr(fit))$vcov
none <- matrix(0, nrow(d), nrow(d))
own <- adjusted(x, s[1] * z %*% t(z) + s[2] * diag(nrow(d)), list(z %*% t(z), diag(nrow(d))),
                list(list(none, none), list(none, none)))
theirs <- as.matrix(vcovAdj(fit))
their_df <- sapply(1:2, function(k) { l <- c(0, 0); l[k] <- 1; getKR(KRmodcomp(fit, matrix(l, 1)), "ddf") })
stopifnot(max(abs(own$adjusted / theirs - 1)) < 1e-6, max(abs(own$df / their_df - 1)) < 1e-6)

input <- read.csv(file.path(arguments[1], "series_input.csv"))
starts <- c(twelve = 6, gaps = 2015, irregular = 2020.2, covariate24 = 12, known40 = 20, alternating24 = 12)
rows <- list()
for (name in names(starts)) {
  d <- input[input$series == name, ]
  start <- starts[[name]]
  unit <- if (name == "irregular") median(diff(d$wave)) else min(diff(d$wave))
  time <- (d$wave - d$wave[1]) / unit
  x <- cbind(1, d$wave - d$wave[1], as.numeric(d$wave >= start), pmax(d$wave - start, 0))
  known <- if (name == "known40") d$std_error^2 else numeric(nrow(d))
  y <- d$estimate; n <- nrow(d)
  distance <- abs(outer(time, time, "-"))
  r <- function(phi) sign(phi)^(distance %% 2) * abs(phi)^distance
  minus <- function(p) {
    v <- exp(p[1]) * r(p[2]) + diag(known)
    factor <- tryCatch(chol(v), error = function(e) NULL)
    if (is.null(factor)) return(1e10)
    vi <- chol2inv(factor); a <- t(x) %*% vi %*% x; residual <- y - x %*% solve(a, t(x) %*% vi %*% y)
    sum(log(diag(factor))) + as.numeric(determinant(a)$modulus) / 2 + sum(residual * (vi %*% residual)) / 2
  }
  low <- if (name %in% c("irregular", "known40")) 0.02 else -0.97
  best <- NULL
  for (phi in seq(low, 0.97, length.out = 12)) {
    found <- optim(c(log(var(y) / 2), phi), minus, method = "L-BFGS-B", lower = c(-30, low), upper = c(30, 0.9985))
    if (is.null(best) || found$value < best$value) best <- found
  }
  # the optimum to the last digits: Newton's steps on the gradient by central differences
  p <- best$par
  for (step in 1:30) {
    h <- 1e-4 * pmax(abs(p), 0.1); unit2 <- diag(2)
    at <- function(s) minus(p + s * h)
    # fourth-order differences of the first derivatives
    gradient <- sapply(1:2, function(i) { e <- unit2[i, ]; (8 * (at(e) - at(-e)) - (at(2 * e) - at(-2 * e))) / (12 * h[i]) })
    hessian <- matrix(0, 2, 2)
    for (i in 1:2) for (j in 1:2) { a <- unit2[i, ]; b <- unit2[j, ]
      hessian[i, j] <- (at(a + b) - at(a - b) - at(b - a) + at(-a - b)) / (4 * h[i] * h[j]) }
    move <- solve(hessian, gradient); p <- p - move
    if (max(abs(move)) < 1e-11) break
  }
  variance <- exp(p[1]); phi <- p[2]
  v <- variance * r(phi) + diag(known)
  slope <- ifelse(distance > 0, distance * r(phi) / phi, 0)
  curvature <- ifelse(distance > 0, distance * (distance - 1) * r(phi) / phi^2, 0)
  found <- adjusted(x, v, list(r(phi), variance * slope),
                    list(list(matrix(0, n, n), slope), list(slope, variance * curvature)))
  beta <- found$plain %*% t(x) %*% solve(v, y)
  for (k in 1:4) rows[[length(rows) + 1]] <- data.frame(series = name, term = c("intercept", "trend", "level", "slope")[k],
    estimate = beta[k], plain = sqrt(found$plain[k, k]), std_error = sqrt(found$adjusted[k, k]), df = found$df[k],
    phi = phi, variance = variance)
}
table <- do.call(rbind, rows)
for (column in names(table)[-(1:2)]) table[[column]] <- sprintf("%.12g", table[[column]])
write.csv(table, file.path(arguments[2], "kenward_roger_fits.csv"), row.names = FALSE, quote = FALSE)
cat("kenward_roger_fits.csv", nrow(table), "rows;", R.version.string, "lme4", as.character(packageVersion("lme4")),
    "pbkrtest", as.character(packageVersion("pbkrtest")), "\n")
