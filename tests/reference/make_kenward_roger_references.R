# Kenward-Roger covariances of made-up series by an own program with numerical derivatives.
# usage: Rscript make_kenward_roger_references.R INDIR OUTDIR   reads series_input.csv, writes kenward_roger_expected.csv
# Needs nlme, for the parameters: log variance of the process and phi. Terms: intercept, trend, level, ramp.
suppressMessages(library(nlme))
arguments <- commandArgs(TRUE)
input <- read.csv(file.path(arguments[1], "series_input.csv"))
starts <- c(twelve = 6, gaps = 2015, irregular = 2020.2, covariate24 = 12, known40 = 20, alternating24 = 12)
rows <- list()
for (name in names(starts)) {
  d <- input[input$series == name, ]
  start <- starts[[name]]
  d$t <- d$wave - d$wave[1]; d$x <- as.numeric(d$wave >= start); d$r <- d$x * (d$wave - start)
  known <- if (all(is.na(d$std_error))) numeric(nrow(d)) else d$std_error^2
  structure <- if (name == "irregular") corCAR1(0.3, form = ~ t) else corAR1(0.1, form = ~ t)
  m <- gls(estimate ~ t + x + r, d, correlation = structure, method = "REML")
  phi <- coef(m$modelStruct$corStruct, unconstrained = FALSE)[[1]]
  # beside known errors any parameters will do: the correction is a function of them
  theta <- c(m$sigma^2, phi)
  distance <- abs(outer(d$t, d$t, "-"))
  v <- function(p) p[1] * sign(p[2])^distance * abs(p[2])^distance + diag(known)
  h <- c(1e-4 * theta[1], 1e-4)
  unit <- diag(2)
  at <- function(...) v(theta + Reduce(`+`, list(...)))
  first <- lapply(1:2, function(i) (at(h[i] * unit[i, ]) - at(-h[i] * unit[i, ])) / (2 * h[i]))
  second <- function(i, j) (at(h[i] * unit[i, ], h[j] * unit[j, ]) - at(h[i] * unit[i, ], -h[j] * unit[j, ]) -
                            at(-h[i] * unit[i, ], h[j] * unit[j, ]) + at(-h[i] * unit[i, ], -h[j] * unit[j, ])) / (4 * h[i] * h[j])
  x <- model.matrix(~ t + x + r, d)
  vi <- solve(v(theta)); phi_matrix <- solve(t(x) %*% vi %*% x)
  projector <- vi - vi %*% x %*% phi_matrix %*% t(x) %*% vi
  information <- outer(1:2, 1:2, Vectorize(function(i, j) sum(diag(projector %*% first[[i]] %*% projector %*% first[[j]])) / 2))
  w <- solve(information)
  total <- 0
  for (i in 1:2) for (j in 1:2) {
    q <- t(x) %*% vi %*% first[[i]] %*% vi %*% first[[j]] %*% vi %*% x
    p1 <- -t(x) %*% vi %*% first[[i]] %*% vi %*% x; p2 <- -t(x) %*% vi %*% first[[j]] %*% vi %*% x
    r <- t(x) %*% vi %*% second(i, j) %*% vi %*% x
    total <- total + w[i, j] * (q - p1 %*% phi_matrix %*% p2 - r / 4)
  }
  correction <- 2 * phi_matrix %*% total %*% phi_matrix
  # our rule: only what enlarges a variance, and no more than doubles it, relative to the covariance
  e <- eigen(solve(phi_matrix) %*% correction)
  size <- pmin(pmax(Re(e$values), 0), 1)
  used <- phi_matrix %*% (Re(e$vectors) %*% diag(size) %*% solve(Re(e$vectors)))
  for (i in 1:4) for (j in i:4)
    rows[[length(rows) + 1]] <- data.frame(series = name, log_variance = log(theta[1]), phi = phi, i = i, j = j,
      plain = phi_matrix[i, j], correction = correction[i, j], used = phi_matrix[i, j] + used[i, j], largest = max(Re(e$values)))
}
table <- do.call(rbind, rows)
for (column in c("log_variance", "phi", "plain", "correction", "used", "largest")) table[[column]] <- sprintf("%.17g", table[[column]])
write.csv(table, file.path(arguments[2], "kenward_roger_expected.csv"), row.names = FALSE, quote = FALSE)
cat("kenward_roger_expected.csv", nrow(table), "rows;", R.version.string, "nlme", as.character(packageVersion("nlme")), "\n")
