# Answers of R for made-up series with controls: eight parameters in one regression.
# usage: Rscript make_controlled_references.R INDIR OUTDIR    reads controlled_input.csv, writes controlled_expected.csv
# Needs nlme. Terms are named as ours; the trend is 0 in the first wave of any series of the set.
suppressMessages(library(nlme))
arguments <- commandArgs(TRUE)
input <- read.csv(file.path(arguments[1], "controlled_input.csv"))
starts <- c(pair24 = 12, gaps = 10, uneven = 2014, three = 8)
rows <- list()
add <- function(set, fit, term, value, std_error = NA) rows[[length(rows) + 1]] <<- data.frame(set, fit, term, value, std_error)
label <- c("intercept", "trend", "level", "ramp", "treated", "treated: trend", "treated: level", "treated: ramp")
newey_west <- function(y, x, group, lag) {
  m <- lm.fit(x, y); e <- x * m$residuals
  meat <- crossprod(e)
  for (l in seq_len(lag)) for (g in unique(group)) {
    part <- e[group == g, ]; k <- nrow(part)
    cross <- crossprod(part[(l + 1):k, ], part[1:(k - l), ])
    meat <- meat + (1 - l / (lag + 1)) * (cross + t(cross))
  }
  bread <- solve(crossprod(x))
  nrow(x) / (nrow(x) - ncol(x)) * bread %*% meat %*% bread
}
for (name in names(starts)) {
  d <- input[input$set == name, ]
  start <- starts[[name]]
  d$t <- d$wave - min(d$wave); d$z <- as.numeric(d$group == 1)
  d$x <- as.numeric(d$wave >= start); d$r <- d$x * (d$wave - start)
  d <- d[order(d$group, d$wave), ]
  formula <- estimate ~ t + x + r + z + z:t + z:x + z:r
  ols <- lm(formula, d)
  for (i in 1:8) add(name, "ols", label[i], coef(ols)[[i]], sqrt(vcov(ols)[i, i]))
  if (name != "uneven" && name != "gaps") for (lag in c(1, 2)) {
    v <- newey_west(d$estimate, model.matrix(ols), d$group, lag)
    for (i in 1:8) add(name, paste("newey_west", lag), label[i], coef(ols)[[i]], sqrt(v[i, i]))
  }
  structure <- if (name == "uneven") corCAR1(0.4, form = ~ t | group) else corAR1(0.2, form = ~ t | group)
  m <- gls(formula, d, correlation = structure, method = "REML",
           control = glsControl(tolerance = 1e-14, msTol = 1e-14, opt = "optim", maxIter = 500, msMaxIter = 500))
  for (i in 1:8) add(name, "reml", label[i], coef(m)[[i]], sqrt(vcov(m)[i, i]))
  add(name, "reml", "phi", coef(m$modelStruct$corStruct, unconstrained = FALSE)[[1]])
  add(name, "reml", "variance", m$sigma^2)
  half <- as.numeric(determinant(crossprod(model.matrix(ols)))$modulus) / 2
  add(name, "reml", "log_likelihood", as.numeric(logLik(m)) + half)
}
table <- do.call(rbind, rows)
for (column in c("value", "std_error")) table[[column]] <- ifelse(is.finite(table[[column]]), sprintf("%.17g", table[[column]]), "")
write.csv(table, file.path(arguments[2], "controlled_expected.csv"), row.names = FALSE, quote = FALSE)
cat("controlled_expected.csv", nrow(table), "rows;", R.version.string, "nlme", as.character(packageVersion("nlme")), "\n")
