# Mixed models and GEE of the made-up panel of make_panel_input.py, by lme4, lmerTest and geepack.
# usage: Rscript make_panel_references.R INDIR OUTDIR
#   reads INDIR/panel_input.csv, writes OUTDIR/panel_expected.csv: model, kind, term, value and, for coefficients,
#   std_error and Satterthwaite df (of lmerTest)
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(geepack)})
arguments <- commandArgs(TRUE)
stopifnot(length(arguments) == 2)
d <- read.csv(file.path(arguments[1], "panel_input.csv"), stringsAsFactors = TRUE)
d$trend <- d$time - 2012.8
d <- d[!is.na(d$y), ]
fixed <- "~ trend + peri + post + age + sex"
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-11, maxfun = 100000), check.conv.singular = "ignore")

rows <- list()
add <- function(model, kind, term, value, std_error = NA, df = NA)
  rows[[length(rows) + 1]] <<- data.frame(model, kind, term, value, std_error, df)
add_counts <- function(model, n, ...) {
  add(model, "count", "rows", n)
  groups <- list(...)
  for (name in names(groups)) add(model, "count", name, groups[[name]])
}
add_fit <- function(model, fit, df = NA) {
  estimates <- summary(fit)$coefficients
  for (term in rownames(estimates))
    add(model, "coefficient", term, estimates[term, "Estimate"], estimates[term, "Std. Error"],
        if ("df" %in% colnames(estimates)) estimates[term, "df"] else NA)
  table <- as.data.frame(VarCorr(fit))
  for (i in seq_len(nrow(table))) {
    name <- paste(table$grp[i], table$var1[i], table$var2[i])
    add(model, "variance", gsub(" NA", "", name), table$vcov[i])
  }
  add(model, "log_likelihood", "", as.numeric(logLik(fit)))
  add_counts(model, nobs(fit), persons = length(unique(d$person_id)))
}

models <- c(intercept = "(1 | person_id)", slope = "(trend | person_id)",
            household = "(1 | person_id) + (1 | household_id)",
            household_slope = "(trend | person_id) + (1 | household_id)")
for (name in names(models)) for (reml in c(TRUE, FALSE)) {
  formula <- as.formula(paste("y", fixed, "+", models[name]))
  fit <- lmerTest::lmer(formula, d, REML = reml, control = tight)
  add_fit(paste(name, if (reml) "REML" else "ML"), fit)
}

# marginal means of the waves: everybody's covariates, each person counted once
once <- 1 / as.numeric(table(d$person_id)[as.character(d$person_id)])
fit <- lmerTest::lmer(as.formula(paste("y", fixed, "+ (1 | person_id)")), d, control = tight)
v <- as.matrix(vcov(fit))
for (w in sort(unique(d$wave))) {
  x <- model.matrix(as.formula(fixed), transform(d, trend = d$trend[d$wave == w][1], peri = d$peri[d$wave == w][1], post = d$post[d$wave == w][1]))
  l <- colSums(x * once) / sum(once)
  add("intercept REML", "marginal", as.character(w), sum(l * fixef(fit)), sqrt(drop(t(l) %*% v %*% l)),
      lmerTest::contest1D(fit, l)$df)
}

logistic <- as.formula(paste("lonely", fixed, "+ (1 | person_id)"))
control <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 100000), tolPwrss = 1e-11)
for (points in c(15, 25)) {
  fit <- glmer(logistic, d, family = binomial, nAGQ = points, control = control)
  add_fit(paste("logistic", points), fit)
}
# marginal prevalences of the 25-point fit: expit averaged over people and a normal effect, delta method by numeric slopes
h <- fit@optinfo$derivs$Hessian
v <- solve(h / 2)  # of (sd, coefficients)
parameters <- c(getME(fit, "theta"), fixef(fit))
prevalence <- function(p, x) {
  at <- drop(x %*% p[-1])
  unique_at <- unique(at)
  values <- sapply(unique_at, function(e) integrate(function(u) plogis(e + p[1] * u) * dnorm(u), -Inf, Inf, rel.tol = 1e-11)$value)
  sum(once * values[match(at, unique_at)]) / sum(once)
}
for (w in sort(unique(d$wave))) {
  x <- model.matrix(as.formula(fixed), transform(d, trend = d$trend[d$wave == w][1], peri = d$peri[d$wave == w][1], post = d$post[d$wave == w][1]))
  g <- sapply(seq_along(parameters), function(i) {
    s <- 1e-4; up <- parameters; down <- parameters; up[i] <- up[i] + s; down[i] <- down[i] - s
    (prevalence(up, x) - prevalence(down, x)) / (2 * s)
  })
  add("logistic 25", "marginal", as.character(w), prevalence(parameters, x), sqrt(drop(t(g) %*% v %*% g)))
}

# population-averaged
for (structure in c("exchangeable", "independence")) for (kind in c("linear", "logistic")) {
  outcome <- if (kind == "linear") "y" else "lonely"
  fit <- geeglm(as.formula(paste(outcome, fixed)), data = d, id = person_id, corstr = structure,
                family = if (kind == "linear") gaussian else binomial, control = geese.control(epsilon = 1e-12, maxit = 200))
  model <- paste("gee", kind, structure)
  estimates <- summary(fit)$coefficients
  for (term in rownames(estimates)) add(model, "coefficient", term, estimates[term, "Estimate"], estimates[term, "Std.err"])
  if (structure == "exchangeable") add(model, "correlation", "", fit$geese$alpha)
}

# dropout: absent in the next wave on the answer now, waves as classes, errors by person
all <- read.csv(file.path(arguments[1], "panel_input.csv"))
key <- paste(all$person_id, all$wave)
all$absent <- as.numeric(!(paste(all$person_id, all$wave + 1) %in% key))
now <- all[all$wave < max(all$wave) & !is.na(all$y), ]
now$wave <- factor(now$wave)
now$person_id <- factor(now$person_id)
for (outcome in c("y", "lonely")) {
  fit <- geeglm(as.formula(paste("absent ~", outcome, "+ wave")), data = now, id = person_id, corstr = "independence", family = binomial)
  estimates <- summary(fit)$coefficients
  add(paste("dropout", outcome), "coefficient", outcome, estimates[outcome, "Estimate"], estimates[outcome, "Std.err"])
  add(paste("dropout", outcome), "count", "rows", nrow(now))
  add(paste("dropout", outcome), "count", "absent", sum(now$absent))
}

table <- do.call(rbind, rows)
for (name in c("value", "std_error", "df")) table[[name]] <- ifelse(is.finite(table[[name]]), sprintf("%.17g", table[[name]]), "")
write.csv(table, file.path(arguments[2], "panel_expected.csv"), row.names = FALSE, quote = FALSE)
cat("panel_expected.csv", nrow(table), "rows;", R.version.string, "lme4", as.character(packageVersion("lme4")),
    "lmerTest", as.character(packageVersion("lmerTest")), "geepack", as.character(packageVersion("geepack")), "\n")
